package org.vhostdp.driver.mdev.virtio;

import org.vhostdp.driver.mdev.nic.TxSlots;
import org.vhostdp.spi.Burst;
import org.vhostdp.spi.Offload;

/** One frame of several entries on its way into a ring. The queue's thread; reused. */
final class TxFrame {
  private final Slots slots;
  private final TxSlots states;
  private final int most;
  private long total;
  private long header;
  private int segments;
  private boolean together;

  /**
   * @param most entries of a frame
   */
  TxFrame(Slots slots, TxSlots states, int most) {
    this.slots = slots;
    this.states = states;
    this.most = most;
  }

  /**
   * Looks at a frame's entries.
   *
   * @return the index after its last, or the complement of why it cannot be sent
   */
  int gather(Burst frames, int first, int end) {
    total = 0;
    int i = first;
    boolean more = true;
    while (more) {
      if (i == end || i - first == most) {
        return ~(i == end ? Burst.REFUSED : Burst.TOO_LONG);
      }
      if (states.lent(frames, i) < 0) {
        return ~Burst.BAD_MEMORY;
      }
      total += frames.length[i];
      more = (frames.flags[i++] & Offload.MORE) != 0;
    }
    long start = slots.start(slots.slot(frames.offset[first]));
    header = start + Slots.HEADER_AT;
    // The header has a place of its own, before everything that the host may write to; the first
    // entry follows it, or lies further on.
    together = frames.offset[first] == start + Slots.FRAME_AT;
    segments = i - first + (together ? 0 : 1);
    return i;
  }

  /** Bytes of all entries. */
  long total() {
    return total;
  }

  /** Where the frame's header goes. */
  long header() {
    return header;
  }

  /** Descriptors that it takes. */
  int segments() {
    return segments;
  }

  /** Puts it into a ring that has room. */
  void chain(Burst frames, int first, int end, Vring ring, long iova) {
    int slot = slots.slot(frames.offset[first]);
    states.take(slot);
    int n = 0;
    ring.address[0] = iova + header;
    ring.length[0] = NetHeader.SIZE;
    if (together) {
      ring.length[0] += frames.length[first];
    } else {
      ring.address[++n] = iova + frames.offset[first];
      ring.length[n] = frames.length[first];
    }
    for (int i = first + 1; i < end; i++) {
      states.takeMore(slot, slots.slot(frames.offset[i]));
      ring.address[++n] = iova + frames.offset[i];
      ring.length[n] = frames.length[i];
    }
    ring.addChain(slot, segments, segments);
  }
}
