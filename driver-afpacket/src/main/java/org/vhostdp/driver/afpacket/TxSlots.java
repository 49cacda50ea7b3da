package org.vhostdp.driver.afpacket;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.VarHandle;
import java.util.Arrays;
import org.vhostdp.driver.afpacket.generated.Packet;
import org.vhostdp.driver.afpacket.generated.tpacket2_hdr;
import org.vhostdp.spi.Burst;

/**
 * The slots of a transmit ring: which are lent, and which the kernel looks at next. The kernel
 * takes slots in turn, so a frame can be sent where it lies only if its slot is the one whose turn
 * it is; frames sent in the order in which they were claimed always are.
 *
 * <p>The queue's IO thread, and the control thread while no burst call runs.
 */
final class TxSlots {
  /**
   * Where the kernel finds the virtio header or the frame in a slot: TPACKET2_HDRLEN less an
   * address.
   */
  static final int DATA = 32;

  private static final long LENGTH = tpacket2_hdr.tp_len$offset();
  private static final VarHandle STATUS = ValueLayout.JAVA_INT.varHandle();

  /** Status of a slot that the kernel has: it waits or is being sent. */
  private static final int BUSY = Packet.TP_STATUS_SEND_REQUEST() | Packet.TP_STATUS_SENDING();

  /** Status of a slot that the kernel did not take. */
  private static final int LEFT = Packet.TP_STATUS_SEND_REQUEST() | Packet.TP_STATUS_WRONG_FORMAT();

  private final long[] starts;
  private final boolean[] lent;
  private final int head;
  private final int room;
  private final Geometry geometry;
  private MemorySegment ring;
  private int lentCount;

  /** The slot that the kernel looks at next, once it is asked to. */
  private int turn;

  /** Where claiming goes on. */
  private int claim;

  /**
   * @param head bytes from a slot's start to its frame
   */
  TxSlots(Geometry geometry, int head) {
    this.geometry = geometry;
    this.head = head;
    room = geometry.frame() - head;
    starts = geometry.starts();
    lent = new boolean[starts.length];
  }

  Geometry geometry() {
    return geometry;
  }

  int count() {
    return starts.length;
  }

  int room() {
    return room;
  }

  MemorySegment memory() {
    return ring;
  }

  /** A new ring, of which nothing is lent; null for none. */
  void attach(MemorySegment memory) {
    ring = memory;
    turn = 0;
    claim = 0;
    lentCount = 0;
    Arrays.fill(lent, false);
  }

  int claim(Burst burst, int max, int region) {
    MemorySegment memory = ring;
    int most = Math.min(Math.min(max, burst.capacity()), starts.length - lentCount);
    int slot = claim;
    int count = 0;
    for (int looked = 0; count < most && looked < starts.length; looked++) {
      if (!lent[slot]) {
        // Pairs with the kernel's barrier: when it says available, it has read the frame.
        if (((int) STATUS.getAcquire(memory, starts[slot]) & BUSY) != 0) {
          break;
        }
        lent[slot] = true;
        burst.region[count] = region;
        burst.offset[count] = starts[slot] + head;
        burst.room[count] = room;
        burst.flags[count++] = 0;
      }
      slot = slot + 1 == starts.length ? 0 : slot + 1;
    }
    claim = slot;
    lentCount += count;
    return count;
  }

  /** The slot that an offset lies in, if it is lent; or -1. */
  int lentSlot(long offset) {
    if (offset < 0 || offset >= geometry.bytes()) {
      return -1;
    }
    int inside = (int) (offset % geometry.block());
    int of = inside / geometry.frame();
    if (of >= geometry.perBlock()) {
      return -1;
    }
    int slot = (int) (offset / geometry.block()) * geometry.perBlock() + of;
    return lent[slot] && offset >= starts[slot] + head ? slot : -1;
  }

  /** Bytes from an offset to the end of its slot. */
  long roomAt(int slot, long offset) {
    return starts[slot] + geometry.frame() - offset;
  }

  /** Whether a frame at an offset can be sent where it lies, after those that are prepared. */
  boolean isNext(int prepared, long offset) {
    int slot = after(prepared);
    return lent[slot] && offset == starts[slot] + head;
  }

  private int after(int n) {
    int slot = turn + n;
    return slot < starts.length ? slot : slot - starts.length;
  }

  /** Where the n-th slot from the one whose turn it is begins. */
  long start(int n) {
    return starts[after(n)];
  }

  /** Hands the n-th slot to the kernel, with what stands in it. */
  void request(int n, int bytes) {
    long start = starts[after(n)];
    ring.set(ValueLayout.JAVA_INT, start + LENGTH, bytes);
    // The frame and its length are written before the kernel may read them.
    STATUS.setRelease(ring, start, Packet.TP_STATUS_SEND_REQUEST());
  }

  /** How many of the prepared slots the kernel took. */
  int taken(int prepared) {
    for (int n = 0; n < prepared; n++) {
      int status = (int) STATUS.getAcquire(ring, starts[after(n)]);
      if ((status & LEFT) != 0) {
        return n;
      }
    }
    return prepared;
  }

  /** Whether the kernel found the n-th slot wrong. */
  boolean isWrong(int n) {
    int status = (int) STATUS.getAcquire(ring, starts[after(n)]);
    return (status & Packet.TP_STATUS_WRONG_FORMAT()) != 0;
  }

  /** The kernel took some; the others are the caller's as before. */
  void settle(int prepared, int taken) {
    for (int n = taken; n < prepared; n++) {
      STATUS.setRelease(ring, starts[after(n)], Packet.TP_STATUS_AVAILABLE());
    }
    for (int n = 0; n < taken; n++) {
      lent[after(n)] = false;
    }
    lentCount -= taken;
    turn = after(taken);
  }

  /** The kernel takes nothing and never will: the prepared frames are lost, their slots free. */
  void drop(int prepared) {
    for (int n = 0; n < prepared; n++) {
      STATUS.setRelease(ring, starts[after(n)], Packet.TP_STATUS_AVAILABLE());
      lent[after(n)] = false;
    }
    lentCount -= prepared;
    claim = turn;
  }

  /** A slot is given back, or was sent out of turn: claiming comes back to it. */
  void give(int slot) {
    lent[slot] = false;
    lentCount--;
    if (distance(slot) < distance(claim) || lent[claim]) {
      claim = slot;
    }
  }

  private int distance(int slot) {
    int d = slot - turn;
    return d < 0 ? d + starts.length : d;
  }

  /** Whether the kernel still sends from the ring. */
  boolean isBusy() {
    for (long start : starts) {
      if (((int) STATUS.getAcquire(ring, start) & BUSY) != 0) {
        return true;
      }
    }
    return false;
  }
}
