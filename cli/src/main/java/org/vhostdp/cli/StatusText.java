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
    lines.add("");
    lines.addAll(threads(status).lines());
    hints(status, lines);
    return lines;
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

  /** The reasons of losses, such as "too_long 3". */
  static String reasons(Object port) {
    List<String> reasons = new ArrayList<>();
    for (String direction : List.of("rx", "tx")) {
      Json.object(Json.at(port, direction, "dropped"))
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
