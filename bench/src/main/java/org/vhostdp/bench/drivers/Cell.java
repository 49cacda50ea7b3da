package org.vhostdp.bench.drivers;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * One row of the table.
 *
 * @param frames bytes of all frames
 */
record Cell(DriverBed bed, Direction direction, int frames) {
  private static final int[] SIZES = {64, 1500};

  static List<Cell> all() {
    List<Cell> cells = new ArrayList<>();
    for (DriverBed bed : DriverBed.ALL) {
      for (Direction direction : bed.directions()) {
        for (int frames : SIZES) {
          cells.add(new Cell(bed, direction, frames));
        }
      }
    }
    return cells;
  }

  /** Whether the client feeds the device's far end with what it receives. */
  boolean feedsFarEnd() {
    return direction == Direction.HOST_TO_GUEST && bed.farEnd("").isPresent();
  }

  /** Whether a fixed number of frames goes round. */
  boolean circulates() {
    return feedsFarEnd() || direction == Direction.BOTH;
  }

  /** testpmd's forward mode as client. */
  String clientMode() {
    if (direction == Direction.GUEST_TO_HOST) {
      return "txonly";
    }
    return circulates() ? "io" : "rxonly";
  }

  /** Options of a testpmd that sends or forwards this cell's frames. */
  List<String> testpmdOptions(String mode) {
    return List.of("--forward-mode=" + mode, "--total-num-mbufs=16384", "--txpkts=" + frames);
  }

  /** The client's device, on a split ring with mergeable receive buffers. */
  static String clientDevice(int index, Path socket) {
    String form =
        "net_virtio_user%d,path=%s,queues=1,queue_size=1024,packed_vq=0,mrg_rxbuf=1,in_order=0";
    return form.formatted(index, socket);
  }

  /** What distinguishes it. */
  Map<String, String> parameters() {
    Map<String, String> out = new LinkedHashMap<>();
    out.put("driver", bed.driver());
    out.put("peer", bed.peer());
    out.put("direction", direction.title);
    out.put("frames", "" + frames);
    return out;
  }

  @Override
  public String toString() {
    return bed.driver() + ", " + direction.title + ", " + frames;
  }
}
