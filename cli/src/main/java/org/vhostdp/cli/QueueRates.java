package org.vhostdp.cli;

import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import org.vhostdp.attest.json.Json;
import org.vhostdp.cli.text.Table;
import org.vhostdp.cli.text.Units;

/** Rates of single queues between two statuses. */
final class QueueRates {
  private QueueRates() {}

  static Table table(Map<String, Object> before, Map<String, Object> now, double seconds) {
    Map<Object, Object> old = RateTable.byName(before, "ports", "id");
    Table table =
        new Table(
            "PORT",
            ">QUEUE",
            "WAY",
            ">FRAMES/s",
            ">bit/s",
            ">BURST",
            ">KICKS/s",
            ">INTERRUPTS/s",
            ">LIMITED/s",
            ">DROPPED/s");
    for (Object port : Json.array(now.get("ports"))) {
      int control = 2 * (int) Json.number(Json.at(port, "queue_pairs"));
      Map<Long, Object> then = rings(old.get(Json.at(port, "id")));
      for (Object ring : Json.array(Json.at(port, "rings"))) {
        long index = Json.number(Json.at(ring, "index"));
        if (index < control) {
          row(table, Json.at(port, "id"), index, then.get(index), ring, seconds);
        }
      }
    }
    return table;
  }

  private static Map<Long, Object> rings(Object port) {
    Map<Long, Object> rings = new HashMap<>();
    for (Object ring : Json.array(Json.at(port, "rings"))) {
      rings.put(Json.number(Json.at(ring, "index")), ring);
    }
    return rings;
  }

  private static void row(
      Table table, Object port, long index, Object then, Object ring, double seconds) {
    double frames = RateTable.rate(then, ring, seconds, "frames");
    double bursts = RateTable.rate(then, ring, seconds, "bursts");
    table.row(
        port,
        index / 2,
        (index & 1) == 0 ? "rx" : "tx",
        Units.decimal(frames, ""),
        Units.decimal(8 * RateTable.rate(then, ring, seconds, "bytes"), ""),
        bursts == 0 ? null : String.format(Locale.ROOT, "%.1f", frames / bursts),
        Units.decimal(RateTable.rate(then, ring, seconds, "kicks"), ""),
        Units.decimal(RateTable.rate(then, ring, seconds, "notifications"), ""),
        Units.decimal(RateTable.rate(then, ring, seconds, "limited"), ""),
        Units.decimal(dropped(then, ring, seconds), ""));
  }

  private static double dropped(Object then, Object ring, double seconds) {
    double sum = 0;
    for (String name : Json.object(ring).keySet()) {
      sum += name.startsWith("dropped_") ? RateTable.rate(then, ring, seconds, name) : 0;
    }
    return sum;
  }
}
