package org.vhostdp.bench.qos;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A limit and a direction.
 *
 * @param rate as an operator writes it
 * @param bitsPerSecond the same as a number
 * @param toGuest the direction, else from the guest
 */
record Cell(String rate, long bitsPerSecond, boolean toGuest) {
  static final int FRAME_BYTES = 1514;

  static List<Cell> all() {
    List<Cell> cells = new ArrayList<>();
    for (boolean toGuest : new boolean[] {false, true}) {
      cells.add(new Cell("1mbit", 1_000_000, toGuest));
      cells.add(new Cell("100mbit", 100_000_000, toGuest));
      cells.add(new Cell("1gbit", 1_000_000_000, toGuest));
    }
    return cells;
  }

  String name() {
    return (toGuest ? "to the guest, " : "from the guest, ") + rate;
  }

  Map<String, String> parameters() {
    Map<String, String> parameters = new LinkedHashMap<>();
    parameters.put("direction", toGuest ? "to guest" : "from guest");
    parameters.put("limit", rate);
    return parameters;
  }

  /** The lines of the driver's section; it has no limits of its own, so that ours are measured. */
  String driver() {
    return """
    type = "loopback"
    mode = "%s"
    frame-bytes = %d
    foreign = false
    shaping = false
    """
        .formatted(toGuest ? "source" : "sink", FRAME_BYTES);
  }

  /** The line for the port's section. */
  String limit() {
    return "qos = [\"%s rate=%s\"]\n".formatted(toGuest ? "rx" : "tx", rate);
  }

  /** How far off the limit so many frames were, percent; above it is positive. */
  double error(long frames, long nanos) {
    double bits = frames * 8.0 * FRAME_BYTES * 1e9 / nanos;
    return 100 * (bits / bitsPerSecond - 1);
  }
}
