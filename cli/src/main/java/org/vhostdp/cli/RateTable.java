package org.vhostdp.cli;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.vhostdp.attest.json.Json;
import org.vhostdp.cli.text.Table;
import org.vhostdp.cli.text.Units;

/** Rates between two statuses of one instance. */
final class RateTable {
  private RateTable() {}

  /**
   * The lines of a live table.
   *
   * @param queues whether to show each queue as well
   * @param before an earlier status
   * @param now the later one
   */
  static List<String> lines(Map<String, Object> before, Map<String, Object> now, boolean queues) {
    double seconds =
        Math.max(1, Json.number(now.get("uptime_ns")) - Json.number(before.get("uptime_ns"))) / 1e9;
    List<String> lines = new ArrayList<>();
    lines.add(
        "vhost-dp %s  process %d  up %s  every %.1f s"
            .formatted(
                now.get("version"),
                Json.number(now.get("pid")),
                Units.duration(Json.number(now.get("uptime_ns"))),
                seconds));
    lines.add("");
    lines.addAll(ports(before, now, seconds).lines());
    if (queues) {
      lines.add("");
      lines.addAll(QueueRates.table(before, now, seconds).lines());
    }
    lines.addAll(events(before, now, seconds));
    lines.add("");
    lines.addAll(threads(before, now, seconds).lines());
    StatusText.hints(now, lines);
    return lines;
  }

  private static Table ports(Map<String, Object> before, Map<String, Object> now, double seconds) {
    Map<Object, Object> old = byName(before, "ports", "id");
    Table table =
        new Table(
            "PORT",
            "DRIVER",
            "GUEST",
            "LINK",
            "QUEUES",
            ">RX/s",
            ">RX bit/s",
            ">TX/s",
            ">TX bit/s",
            ">DROPPED/s",
            ">DROPPED",
            "REASONS");
    for (Object port : Json.array(now.get("ports"))) {
      Object then = old.get(Json.at(port, "id"));
      table.row(
          Json.at(port, "id"),
          StatusText.driver(port),
          StatusText.attached(port),
          Json.at(port, "link"),
          StatusText.queues(port),
          Units.decimal(rate(then, port, seconds, "rx", "frames"), ""),
          Units.decimal(8 * rate(then, port, seconds, "rx", "bytes"), ""),
          Units.decimal(rate(then, port, seconds, "tx", "frames"), ""),
          Units.decimal(8 * rate(then, port, seconds, "tx", "bytes"), ""),
          Units.decimal(
              then == null
                  ? 0
                  : Math.max(0, StatusText.dropped(port) - StatusText.dropped(then)) / seconds,
              ""),
          StatusText.dropped(port),
          StatusText.reasons(port, "dropped"));
    }
    return table;
  }

  /** What the dataplane did in place of a driver or guest, and what limits held back. */
  private static List<String> events(
      Map<String, Object> before, Map<String, Object> now, double seconds) {
    Map<Object, Object> old = byName(before, "ports", "id");
    Table table = new Table("PORT", "WAY", "IN SOFTWARE", ">FRAMES/s", ">FRAMES");
    boolean any = false;
    for (Object port : Json.array(now.get("ports"))) {
      Object then = old.get(Json.at(port, "id"));
      for (String way : List.of("rx", "tx")) {
        for (String what : Json.object(Json.at(port, way, "software")).keySet()) {
          any |= event(table, port, then, seconds, what, way, "software", what);
        }
        any |= event(table, port, then, seconds, "limited, turns", way, "limited");
      }
    }
    List<String> lines = new ArrayList<>();
    if (any) {
      lines.add("");
      lines.addAll(table.lines());
    }
    return lines;
  }

  private static boolean event(
      Table table, Object port, Object then, double seconds, String what, String... path) {
    long total = Json.number(Json.at(port, path));
    if (total > 0) {
      table.row(
          Json.at(port, "id"),
          path[0],
          what,
          Units.decimal(rate(then, port, seconds, path), ""),
          total);
    }
    return total > 0;
  }

  private static Table threads(
      Map<String, Object> before, Map<String, Object> now, double seconds) {
    Map<Object, Object> old = byName(before, "io_threads", "name");
    Table table = new Table("IO THREAD", "CORE", ">LOAD", ">CPU", ">SLEEPS/s");
    for (Object thread : Json.array(now.get("io_threads"))) {
      Object then = old.get(Json.at(thread, "name"));
      table.row(
          Json.at(thread, "name"),
          Json.at(thread, "cpu") == null ? "any" : Json.at(thread, "cpu"),
          percent(rate(then, thread, seconds, measured(thread) ? "busy_ns" : "cpu_ns")),
          percent(rate(then, thread, seconds, "cpu_ns")),
          Units.decimal(rate(then, thread, seconds, "sleeps"), ""));
    }
    return table;
  }

  /** Whether the instance measures the time of turns with work (busy-time). */
  private static boolean measured(Object thread) {
    return Boolean.TRUE.equals(Json.at(thread, "busy_measured"));
  }

  private static String percent(double nanosPerSecond) {
    return String.format(Locale.ROOT, "%.1f %%", nanosPerSecond / 1e7);
  }

  static Map<Object, Object> byName(Map<String, Object> status, String list, String key) {
    Map<Object, Object> found = new HashMap<>();
    for (Object element : Json.array(status.get(list))) {
      found.put(Json.at(element, key), element);
    }
    return found;
  }

  /** How much a counter grew in a second; 0 if there was none before. */
  static double rate(Object before, Object now, double seconds, String... path) {
    if (before == null) {
      return 0;
    }
    long change = Json.number(Json.at(now, path)) - Json.number(Json.at(before, path));
    return Math.max(0, change) / seconds;
  }
}
