package org.vhostdp.driver.dpdk;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import org.vhostdp.driver.dpdk.feature.MbufOffloads;
import org.vhostdp.spi.Burst;
import org.vhostdp.spi.Offload;

/**
 * Frames to send that are not one plain entry: chains of mbufs, and frames with offload metadata.
 * The queue's thread.
 */
final class MbufChains {
  /** Bytes: an Ethernet header. */
  private static final int SHORTEST = 14;

  /**
   * What the port takes.
   *
   * @param frame most bytes
   * @param segments most entries
   * @param offloads bits of {@link Offload}
   */
  record Limits(int frame, int segments, int offloads) {}

  private final MemorySegment memory;
  private final long base;
  private final int bufferBytes;
  private final TxClaims claims;
  private final Limits limits;
  private long head;
  private int total;
  private boolean special;

  MbufChains(MbufPool pool, TxClaims claims, Limits limits) {
    this.claims = claims;
    this.limits = limits;
    memory = pool.memory();
    base = memory.address();
    bufferBytes = pool.bufferBytes();
  }

  /** First mbuf of the frame gathered last, bytes from the region's start. */
  long head() {
    return head;
  }

  /** Bytes of that frame. */
  int total() {
    return total;
  }

  /** Whether the device is to do something to that frame. */
  boolean isSpecial() {
    return special;
  }

  /**
   * Makes a packet of a frame.
   *
   * @return the index after the frame, or the complement of a status; then nothing has changed
   */
  int gather(Burst frames, int first, int end) {
    int place = claims.head();
    int next = take(frames, first, end);
    if (next < 0) {
      return next;
    }
    link(frames, first, next, place);
    int used = frames.flags[first] & ~Offload.MORE;
    special = used != 0;
    if (special && !offloads(frames, first, used)) {
      giveBack(frames, first, next, place);
      claims.takenBack(next - first);
      return ~Burst.BAD_OFFLOAD;
    }
    return next;
  }

  private boolean offloads(Burst frames, int first, int used) {
    return (used & ~(limits.offloads() & Offload.KNOWN)) == 0
        && MbufOffloads.prepare(memory, head, frames, first, limits.offloads());
  }

  /** Checks every entry, and takes its mbuf so that none is named twice. */
  private int take(Burst frames, int first, int end) {
    long bytes = 0;
    int i = first;
    int status = -1;
    boolean more = true;
    while (more && status < 0) {
      if (i == end || i - first == limits.segments()) {
        status = i == end ? Burst.REFUSED : Burst.TOO_LONG;
      } else if (!takeEntry(frames, i)) {
        status = Burst.BAD_MEMORY;
      } else {
        bytes += frames.length[i];
        more = (frames.flags[i++] & Offload.MORE) != 0;
      }
    }
    if (status < 0 && (bytes > limits.frame() || bytes < SHORTEST)) {
      status = bytes > limits.frame() ? Burst.TOO_LONG : Burst.REFUSED;
    }
    if (status < 0) {
      total = (int) bytes;
      return i;
    }
    claims.takenBack(i - first);
    return ~status;
  }

  private boolean takeEntry(Burst frames, int i) {
    long offset = frames.offset[i];
    int length = frames.length[i];
    long mbuf = frames.region[i] == MbufPool.REGION && length > 0 ? claims.take(offset) : -1;
    if (mbuf < 0) {
      return false;
    }
    boolean fits = offset - mbuf - MbufLayout.BYTES + length <= bufferBytes;
    if (!fits) {
      claims.takenBack(1);
    }
    return fits;
  }

  private void link(Burst frames, int first, int next, int place) {
    long before = -1;
    for (int i = first; i < next; i++) {
      long mbuf = claims.at(place + i - first);
      long data = frames.offset[i] - mbuf - MbufLayout.BYTES;
      int length = frames.length[i];
      memory.set(ValueLayout.JAVA_LONG, mbuf + MbufLayout.REARM, MbufLayout.ALONE | data);
      memory.set(ValueLayout.JAVA_LONG, mbuf + MbufLayout.FLAGS, 0);
      memory.set(
          ValueLayout.JAVA_LONG, mbuf + MbufLayout.TYPE_AND_LENGTH, (long) length << Integer.SIZE);
      memory.set(ValueLayout.JAVA_SHORT, mbuf + MbufLayout.DATA_LENGTH, (short) length);
      if (before < 0) {
        head = mbuf;
      } else {
        memory.set(ValueLayout.JAVA_LONG, before + MbufLayout.NEXT, base + mbuf);
      }
      before = mbuf;
    }
    int segments = next - first;
    if (segments > 1) {
      memory.set(ValueLayout.JAVA_SHORT, head + MbufLayout.SEGMENTS, (short) segments);
      memory.set(ValueLayout.JAVA_INT, head + MbufLayout.PACKET_LENGTH, total);
    }
  }

  /**
   * Makes frames of a packet again. Their mbufs are still to be lent by {@link TxClaims#takenBack}.
   *
   * @param place of the first one's mbuf among those taken
   * @return its bytes
   */
  long giveBack(Burst frames, int first, int next, int place) {
    long bytes = 0;
    if ((frames.flags[first] & ~Offload.MORE) != 0) {
      MbufOffloads.undo(memory, claims.at(place), frames, first);
    }
    for (int i = first; i < next; i++) {
      bytes += frames.length[i];
      if (next - first > 1) {
        // An mbuf goes back into the pool alone.
        long mbuf = claims.at(place + i - first);
        memory.set(ValueLayout.JAVA_LONG, mbuf + MbufLayout.NEXT, 0);
        memory.set(ValueLayout.JAVA_SHORT, mbuf + MbufLayout.SEGMENTS, (short) 1);
      }
    }
    return bytes;
  }
}
