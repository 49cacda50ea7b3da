package org.vhostdp.driver.loopback;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import org.vhostdp.spi.Offload;

/**
 * Makes a frame that arrived fit what the receiving port's settings allow. Works in the frame's own
 * slot. One receive queue's thread.
 */
final class Delivery {
  private static final ValueLayout.OfShort BE16 =
      ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.BIG_ENDIAN);

  /** Flags that only help; where they are not allowed they are left out. */
  private static final int HINTS = Offload.CSUM_VALID | Offload.HASH;

  private static final int GSO = Offload.GSO_ANY | Offload.GSO_ECN;
  private static final int TAG_PROTOCOL = 0x8100;
  private static final int ADDRESSES = 12;
  private static final int TAG = 4;
  private static final int UDP_FIELD = 6;

  private long start;
  private int length;
  private int flags;
  private long offload;

  /** Where the frame begins, bytes from the area's start. */
  long start() {
    return start;
  }

  int length() {
    return length;
  }

  int flags() {
    return flags;
  }

  long offload() {
    return offload;
  }

  /**
   * Takes up the frame of a slot.
   *
   * @param allowed bits of {@link Offload}
   * @return false if it would have to be segmented
   */
  boolean prepare(Arrivals from, int slot, int allowed) {
    start = from.area.start(slot);
    length = from.length[slot];
    flags = from.flags[slot] & (allowed | ~HINTS);
    if ((flags & ~allowed) == 0) {
      offload = from.offload[slot];
      return true;
    }
    return undo(from, slot, allowed);
  }

  private boolean undo(Arrivals from, int slot, int allowed) {
    int missing = flags & ~allowed;
    if ((missing & GSO) != 0 || (flags & GSO) != 0 && (missing & Offload.CSUM_PARTIAL) != 0) {
      return false;
    }
    offload = from.offload[slot];
    if ((missing & Offload.CSUM_PARTIAL) != 0) {
      complete(from.area.memory);
      flags = flags & ~Offload.CSUM_PARTIAL | allowed & Offload.CSUM_VALID;
    }
    if ((missing & Offload.VLAN) != 0) {
      insertTag(from.area.memory, from.vlan[slot]);
      flags &= ~Offload.VLAN;
    }
    return true;
  }

  private void complete(MemorySegment memory) {
    int from = Offload.csumStart(offload);
    long field = start + from + Offload.csumOffset(offload);
    long sum = 0;
    long at = start + from;
    long end = start + length;
    for (; at + 1 < end; at += 2) {
      sum += memory.get(BE16, at) & 0xFFFF;
    }
    if (at < end) {
      sum += (memory.get(ValueLayout.JAVA_BYTE, at) & 0xFF) << 8;
    }
    while (sum >>> 16 != 0) {
      sum = (sum & 0xFFFF) + (sum >>> 16);
    }
    int checksum = (int) ~sum & 0xFFFF;
    // In UDP zero means that there is none (RFC 768).
    boolean zeroMeansNone = checksum == 0 && Offload.csumOffset(offload) == UDP_FIELD;
    memory.set(BE16, field, (short) (zeroMeansNone ? 0xFFFF : checksum));
  }

  private void insertTag(MemorySegment memory, int tci) {
    MemorySegment.copy(memory, start, memory, start - TAG, ADDRESSES);
    start -= TAG;
    length += TAG;
    memory.set(BE16, start + ADDRESSES, (short) TAG_PROTOCOL);
    memory.set(BE16, start + ADDRESSES + 2, (short) tci);
    if ((flags & (Offload.CSUM_PARTIAL | GSO)) != 0) {
      int header = Offload.headerLength(offload);
      offload =
          Offload.pack(
              Offload.csumStart(offload) + TAG,
              Offload.csumOffset(offload),
              Offload.gsoSize(offload),
              header == 0 ? 0 : header + TAG);
    }
  }
}
