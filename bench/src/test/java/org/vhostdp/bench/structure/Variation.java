package org.vhostdp.bench.structure;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.vhostdp.dataplane.net.Features;

/**
 * One way through the dataplane.
 *
 * @param packed packed ring, else split
 * @param transmit from the guest to the driver, else to the guest
 * @param foreign the driver is lent guest memory and copies itself
 */
record Variation(boolean packed, boolean transmit, Shape shape, boolean foreign) {

  /** How a frame lies in the guest's buffers. Lengths are without the header of 12 bytes. */
  enum Shape {
    /** 64 bytes in one buffer with their header. */
    SMALL(64, new int[] {76}, new int[] {2060}, false),
    /** 1500 bytes in one buffer with their header. */
    LARGE(1500, new int[] {1512}, new int[] {2060}, false),
    /** A header buffer and three more; towards the guest, three mergeable buffers for a frame. */
    SCATTERED(1500, new int[] {12, 500, 500, 500}, new int[] {512}, false),
    /** The same in an indirect table; towards the guest, a table of header and frame. */
    INDIRECT(1500, new int[] {12, 500, 500, 500}, new int[] {12, 2048}, true);

    final int frameBytes;
    private final int[] sent;
    private final int[] posted;
    final boolean indirect;

    Shape(int frameBytes, int[] sent, int[] posted, boolean indirect) {
      this.frameBytes = frameBytes;
      this.sent = sent;
      this.posted = posted;
      this.indirect = indirect;
    }
  }

  /** All of them: rings, directions and shapes, and foreign memory where the shape is plain. */
  static List<Variation> all() {
    List<Variation> all = new ArrayList<>();
    for (boolean packed : new boolean[] {false, true}) {
      for (boolean transmit : new boolean[] {true, false}) {
        for (Shape shape : Shape.values()) {
          all.add(new Variation(packed, transmit, shape, false));
          all.add(new Variation(packed, transmit, shape, true));
        }
      }
    }
    return all;
  }

  /** Reads what {@link #toString} wrote. */
  static Variation of(String name) {
    return all().stream()
        .filter(v -> v.toString().equals(name))
        .findFirst()
        .orElseThrow(() -> new IllegalArgumentException("no variation is called " + name));
  }

  /** Bytes of each buffer of a chain. */
  int[] buffers() {
    return (transmit ? shape.sent : shape.posted).clone();
  }

  /** Chains that one frame takes. */
  int chainsPerFrame() {
    return !transmit && shape == Shape.SCATTERED ? 3 : 1;
  }

  /** Whether every frame lies in one buffer, alone. */
  boolean plain() {
    return shape == Shape.SMALL || shape == Shape.LARGE;
  }

  /** Whether every chain takes one slot of the ring. */
  boolean indirect() {
    return shape.indirect;
  }

  long features() {
    return Features.VERSION_1
        | (packed ? Features.RING_PACKED : 0)
        | (shape.indirect ? Features.INDIRECT_DESC : Features.MRG_RXBUF);
  }

  @Override
  public String toString() {
    return String.join(
        "-",
        packed ? "packed" : "split",
        transmit ? "transmit" : "receive",
        shape.name().toLowerCase(Locale.ROOT),
        foreign ? "foreign" : "copied");
  }
}
