package org.vhostdp.bench.peers;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * One row of the table.
 *
 * @param ending what is behind the vhost device
 * @param packed otherwise a split ring
 * @param frames bytes of all frames, or {@link #MIX}
 * @param mergeable whether receive buffers may be merged
 * @param inOrder whether the client uses buffers in order
 */
record Cell(
    Ending ending,
    boolean packed,
    Direction direction,
    int frames,
    boolean mergeable,
    boolean inOrder) {
  /** Frames of 64, 570 and 1518 bytes at random, in equal shares. */
  static final int MIX = 0;

  /** The segments of testpmd's longest frame: frames have the first, the first two, or all. */
  static final String MIX_SEGMENTS = "64,506,948";

  private static final int[] SIZES = {64, 256, 1500, MIX};

  enum Direction {
    GUEST_TO_HOST("guest to host", "txonly", "rxonly", "mode=sink"),
    HOST_TO_GUEST("host to guest", "rxonly", "txonly", "mode=source"),
    BOTH("both ways", "io", "io", "mode=reflect");

    final String title;

    /** testpmd's forward mode as client, and as back-end. */
    final String client;

    final String peer;

    /** The reference driver's mode. */
    final String driver;

    Direction(String title, String client, String peer, String driver) {
      this.title = title;
      this.client = client;
      this.peer = peer;
      this.driver = driver;
    }
  }

  /** The cells of a run, the most important first. */
  static List<Cell> all(boolean quick, Ending ending) {
    List<Cell> cells = new ArrayList<>();
    for (boolean packed : List.of(false, true)) {
      for (Direction direction : ending.directions()) {
        if (!quick) {
          fully(ending, packed, direction, cells);
        } else if (direction != Direction.BOTH || ending != Ending.REFERENCE) {
          cells.add(new Cell(ending, packed, direction, 64, true, false));
          cells.add(new Cell(ending, packed, direction, 1500, true, false));
        }
      }
    }
    return cells;
  }

  private static void fully(Ending ending, boolean packed, Direction direction, List<Cell> cells) {
    for (int frames : SIZES) {
      if (frames != MIX || ending.mixes(direction)) {
        cells.add(new Cell(ending, packed, direction, frames, true, false));
        cells.add(new Cell(ending, packed, direction, frames, false, false));
      }
    }
    cells.add(new Cell(ending, packed, direction, 64, true, true));
    cells.add(new Cell(ending, packed, direction, 1500, true, true));
  }

  /** testpmd's forward mode as back-end: between two ports where the ending is a device. */
  String peerMode() {
    return ending.vdev(this).isPresent() ? "io" : direction.peer;
  }

  /** Frames as a word. */
  String size() {
    return frames == MIX ? "mix" : "" + frames;
  }

  /** testpmd's options, as client or as back-end. */
  List<String> testpmdOptions(String mode) {
    return List.of(
        "--forward-mode=" + mode,
        "--total-num-mbufs=32768",
        "--txpkts=" + (frames == MIX ? MIX_SEGMENTS : "" + frames));
  }

  /** The client's device. */
  String clientDevice(int index, Path socket) {
    String form =
        "net_virtio_user%d,path=%s,queues=1,queue_size=1024,packed_vq=%d,mrg_rxbuf=%d,in_order=%d";
    return form.formatted(index, socket, packed ? 1 : 0, mergeable ? 1 : 0, inOrder ? 1 : 0);
  }

  /** What distinguishes it. */
  Map<String, String> parameters() {
    Map<String, String> out = new LinkedHashMap<>();
    if (ending != Ending.REFERENCE) {
      out.put("ending", ending.toString());
    }
    out.put("ring", packed ? "packed" : "split");
    out.put("direction", direction.title);
    out.put("frames", size());
    out.put("mergeable", mergeable ? "on" : "off");
    out.put("in_order", inOrder ? "on" : "off");
    return out;
  }

  @Override
  public String toString() {
    return ending.prefix()
        + (packed ? "packed" : "split")
        + ", "
        + direction.title
        + ", "
        + size()
        + (mergeable ? "" : ", not mergeable")
        + (inOrder ? ", in order" : "");
  }
}
