package org.vhostdp.cli;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.vhostdp.attest.json.Json;
import org.vhostdp.cli.text.Table;
import org.vhostdp.cli.text.Units;

/** A status as text for people. */
final class StatusText {
  private StatusText() {}

  static List<String> of(Map<String, Object> status) {
    List<String> lines = new ArrayList<>();
    lines.add(
        "vhost-dp %s, process %d, up %s"
            .formatted(
                status.get("version"),
                Json.number(status.get("pid")),
                Units.duration(Json.number(status.get("uptime_ns")))));
    lines.add("");
    Table ports =
        new Table(
            "PORT",
            "DRIVER",
            "PROFILE",
            "GUEST",
            "LINK",
            "QUEUES",
            ">MTU",
            ">MEMORY",
            ">RX FRAMES",
            ">TX FRAMES",
            ">DROPPED",
            "SOCKET");
    for (Object port : Json.array(status.get("ports"))) {
      ports.row(
          Json.at(port, "id"),
          driver(port),
          Json.at(port, "profile"),
          attached(port),
          Json.at(port, "link"),
          queues(port),
          Json.at(port, "mtu"),
          Units.bytes(Json.number(Json.at(port, "memory_bytes"))),
          Json.at(port, "rx", "frames"),
          Json.at(port, "tx", "frames"),
          dropped(port),
          Json.at(port, "socket", "path"));
    }
    lines.addAll(ports.lines());
    lines.addAll(details(status));
    lines.addAll(standby(status));
    lines.add("");
    lines.addAll(threads(status).lines());
    hints(status, lines);
    return lines;
  }

  /** What is not as usual, port by port. */
  private static List<String> details(Map<String, Object> status) {
    List<String> lines = new ArrayList<>();
    for (Object port : Json.array(status.get("ports"))) {
      String id = Json.at(port, "id") + ": ";
      Object steering = Json.at(port, "steering");
      int rules = Json.array(Json.at(port, "flows")).size();
      if (steering != null && !steering.equals("auto") || rules > 0) {
        String more = rules == 0 ? "" : ", " + rules + (rules == 1 ? " flow rule" : " flow rules");
        lines.add(id + "steering " + steering + more);
      }
      Json.array(Json.at(port, "qos")).forEach(line -> lines.add(id + "qos " + line));
      String dropped = reasons(port, "dropped");
      if (!dropped.isEmpty()) {
        lines.add(id + "dropped " + dropped);
      }
      String software = reasons(port, "software");
      if (!software.isEmpty()) {
        lines.add(id + "done in software " + software);
      }
    }
    if (!lines.isEmpty()) {
      lines.addFirst("");
    }
    return lines;
  }

  /** The drivers that no port uses, on a line, after an empty one; nothing if there is none. */
  static List<String> standby(Map<String, Object> status) {
    List<String> names = new ArrayList<>();
    for (Object section : Json.array(status.get("standby"))) {
      names.add(Json.at(section, "name") + " (" + Json.at(section, "type") + ")");
    }
    return names.isEmpty() ? List.of() : List.of("", "Standing by: " + String.join(", ", names));
  }

  /** "tap0 (tap)". */
  static String driver(Object port) {
    return Json.at(port, "driver", "name") + " (" + Json.at(port, "driver", "type") + ")";
  }

  static String attached(Object port) {
    return Boolean.TRUE.equals(Json.at(port, "attached")) ? "attached" : "none";
  }

  /** Pairs running of pairs offered. */
  static String queues(Object port) {
    return Json.at(port, "queue_pairs_running") + "/" + Json.at(port, "queue_pairs");
  }

  /** Frames lost in both directions, whatever the reason. */
  static long dropped(Object port) {
    long sum = 0;
    for (String direction : List.of("rx", "tx")) {
      for (Object count : Json.object(Json.at(port, direction, "dropped")).values()) {
        sum += Json.number(count);
      }
    }
    return sum;
  }

  /**
   * What was counted for each reason, such as "rx too_long 3"; group is "dropped" or "software".
   */
  static String reasons(Object port, String group) {
    List<String> reasons = new ArrayList<>();
    for (String direction : List.of("rx", "tx")) {
      Json.object(Json.at(port, direction, group))
          .forEach(
              (reason, count) -> {
                if (Json.number(count) > 0) {
                  reasons.add(direction + " " + reason + " " + count);
                }
              });
    }
    return String.join(", ", reasons);
  }

  private static Table threads(Map<String, Object> status) {
    Table threads = new Table("IO THREAD", "CORE", ">CPU TIME", ">BUSY TURNS", ">SLEEPS");
    for (Object thread : Json.array(status.get("io_threads"))) {
      threads.row(
          Json.at(thread, "name"),
          Json.at(thread, "cpu") == null ? "any" : Json.at(thread, "cpu"),
          Units.decimal(Json.number(Json.at(thread, "cpu_ns")) / 1e9, "s"),
          Json.at(thread, "busy_turns"),
          Json.at(thread, "sleeps"));
    }
    return threads;
  }

  /** What is wrong, port by port. */
  static void hints(Map<String, Object> status, List<String> lines) {
    List<String> found = new ArrayList<>();
    for (Object port : Json.array(status.get("ports"))) {
      for (Object hint : Json.array(Json.at(port, "hints"))) {
        found.add(Json.at(port, "id") + ": " + hint);
      }
    }
    if (!found.isEmpty()) {
      lines.add("");
      lines.addAll(found);
    }
  }
}
