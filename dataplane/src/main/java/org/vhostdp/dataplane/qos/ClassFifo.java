package org.vhostdp.dataplane.qos;

import org.vhostdp.spi.Burst;
import org.vhostdp.spi.Offload;

/** Frames of one class that wait, as entries of a burst; with the class's limit and share. */
final class ClassFifo {
  final int priority;

  /** Bytes it may send in a round beside others of its priority. */
  private final int quantum;

  /** Bytes left of its rounds. */
  long deficit;

  private boolean begun;

  /** The class's own limit, or null. */
  final Gate limit;

  private final Burst ring;
  private final int mask;
  private final int most;
  private int head;
  private int tail;

  /**
   * Empty.
   *
   * @param limit of the class alone, or null
   * @param most entries it holds
   */
  ClassFifo(Share share, Gate limit, int most) {
    this.priority = share.priority();
    this.quantum = share.weight() * 1522;
    this.limit = limit;
    this.most = most;
    int size = Math.max(2, Integer.highestOneBit(most - 1) << 1);
    this.ring = new Burst(size);
    this.mask = size - 1;
  }

  /** Whether the frame at the head may go now. */
  boolean ready() {
    return head != tail && (limit == null || limit.most(1) != 0);
  }

  /** Begins its round, unless it has begun. */
  void begin() {
    if (!begun) {
      begun = true;
      deficit += quantum;
    }
  }

  /** Ends its round; one that has no frames keeps nothing for later. */
  void end() {
    begun = false;
    if (isEmpty()) {
      deficit = 0;
    }
  }

  boolean isEmpty() {
    return head == tail;
  }

  int entries() {
    return tail - head;
  }

  /** Adds entries of a whole frame at the end; false if there is no room for all. */
  boolean add(Burst from, int first, int count) {
    if (entries() + count > most) {
      return false;
    }
    for (int i = first; i < first + count; i++) {
      copy(from, i, ring, tail++ & mask);
    }
    return true;
  }

  /** Entries of the frame at the head. */
  int headEntries() {
    int n = 1;
    while ((ring.flags[head + n - 1 & mask] & Offload.MORE) != 0 && n < entries()) {
      n++;
    }
    return n;
  }

  /** Bytes of the frame at the head. */
  int headBytes(int entries) {
    int bytes = 0;
    for (int i = 0; i < entries; i++) {
      bytes += ring.length[head + i & mask];
    }
    return bytes;
  }

  /** Takes entries from the head. */
  void take(Burst to, int at, int count) {
    for (int i = 0; i < count; i++) {
      copy(ring, head++ & mask, to, at + i);
    }
  }

  /** Puts so many entries, taken last, back to the head. */
  void putBack(int count) {
    head -= count;
  }

  private static void copy(Burst from, int i, Burst to, int j) {
    to.region[j] = from.region[i];
    to.offset[j] = from.offset[i];
    to.length[j] = from.length[i];
    to.room[j] = from.room[i];
    to.flags[j] = from.flags[i];
    to.offload[j] = from.offload[i];
    to.vlan[j] = from.vlan[i];
  }
}
