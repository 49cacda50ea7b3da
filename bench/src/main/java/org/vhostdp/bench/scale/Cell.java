package org.vhostdp.bench.scale;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * One row of the table.
 *
 * @param ports attached
 * @param pairs queue pairs of each
 * @param tap whether the TAP driver carries the frames, else the reference driver
 */
record Cell(int ports, int pairs, boolean tap) {
  /** testpmd's own limit (RTE_MAX_ETHPORTS), as back-end and as client. */
  private static final int TESTPMD_PORTS = 32;

  /** The limit of its virtio-user. */
  private static final int VIRTIO_USER_PAIRS = 8;

  static List<Cell> all(boolean quick) {
    List<Cell> cells = new ArrayList<>();
    for (int pairs : quick ? new int[] {1, 4} : new int[] {1, 2, 4, 8, 16}) {
      cells.add(new Cell(1, pairs, false));
    }
    for (int ports : quick ? new int[] {8, 64} : new int[] {8, 32, 64}) {
      cells.add(new Cell(ports, 1, false));
    }
    if (!quick) {
      cells.add(new Cell(64, 4, false));
    }
    cells.add(new Cell(64, 1, true));
    return cells;
  }

  /** Whether testpmd can be the client; if not, the twin is. */
  boolean testpmdClient() {
    return !tap && ports <= TESTPMD_PORTS && pairs <= VIRTIO_USER_PAIRS;
  }

  /** Whether testpmd can be the back-end. */
  boolean peer() {
    return !tap && ports <= TESTPMD_PORTS;
  }

  /** Where frames can come from without anybody in the namespace who sends them. */
  List<Direction> directions() {
    return tap ? List.of(Direction.TO_HOST) : List.of(Direction.values());
  }

  List<String> notes() {
    List<String> notes = new ArrayList<>();
    if (!testpmdClient()) {
      notes.add(
          "The client is the Java twin: testpmd's virtio-user has at most 32 ports and 8 queue"
              + " pairs.");
    }
    if (!peer() && !tap) {
      notes.add("testpmd has at most 32 ports.");
    }
    return notes;
  }

  Map<String, String> parameters() {
    Map<String, String> out = new LinkedHashMap<>();
    out.put("ports", "" + ports);
    out.put("pairs", "" + pairs);
    out.put("driver", tap ? "tap" : "loopback");
    return out;
  }

  @Override
  public String toString() {
    return "%d %s, %d queue %s%s"
        .formatted(
            ports,
            ports == 1 ? "port" : "ports",
            pairs,
            (pairs == 1 ? "pair" : "pairs") + (ports == 1 ? "" : " each"),
            tap ? ", TAP" : "");
  }
}
