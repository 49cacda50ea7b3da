package org.vhostdp.driver.netmap;

import java.util.Arrays;
import org.vhostdp.spi.Burst;

/**
 * The slots of a ring that frames arrive in. Those from head to tail are ours: up to cur they were
 * lent, and go back to the kernel in turn.
 *
 * <p>The queue's IO thread, and control threads while no burst call runs.
 */
final class ReceiveSlots {
  private final NetmapCounters counters;
  private final LentFrames lent;
  private SlotRing ring;

  /** Slots whose frames are lent. */
  private boolean[] kept;

  private int head;
  private int cur;
  private int tail;

  /** Slots given back since the kernel looked last. */
  private int returned;

  /**
   * @param most pieces lent at once
   */
  ReceiveSlots(NetmapCounters counters, int most) {
    this.counters = counters;
    lent = new LentFrames(most);
  }

  /** Works on a ring from now on. */
  void attach(SlotRing receiving, int[] spareBuffers) {
    ring = receiving;
    kept = new boolean[ring.count()];
    lent.spares(spareBuffers);
  }

  /** Nothing is lent. */
  void reset() {
    lent.clear();
    believeKernel();
  }

  /** What the kernel says of the ring is what counts. */
  void believeKernel() {
    head = Math.max(0, ring.head());
    cur = head;
    Arrays.fill(kept, false);
  }

  /** Forgets what has arrived. */
  void skip() {
    cur = tail;
    head = tail;
    publish();
  }

  /** The spare buffers that are here now. */
  int[] spares() {
    return lent.spares();
  }

  /** Gives slots back with the next call of the kernel, which wakes us for what arrives later. */
  void publish() {
    ring.publish(head, cur);
    returned = 0;
  }

  /** Sees what has arrived. */
  void look() {
    int now = ring.tail();
    tail = now < 0 ? cur : now;
  }

  boolean isEmpty() {
    return cur == tail;
  }

  /** Whether the kernel lacks many slots that it could have. */
  boolean owesMany() {
    return returned > ring.count() >> 2;
  }

  boolean owesAny() {
    return returned > 0;
  }

  /** How many pieces more may be lent. */
  int room() {
    return lent.room();
  }

  /** Slots of the next frame; one that does not end before tail has Integer.MAX_VALUE. */
  int pieces() {
    return ring.pieces(cur, tail);
  }

  /** Length of the next slot. */
  int length() {
    return ring.word(cur) & 0xFFFF;
  }

  /** Buffer of the next slot, or -1 if its number is none. */
  int buffer() {
    return ring.buffer(cur);
  }

  /**
   * Whether a frame's slots name buffers, and none of them more bytes than that, or none.
   *
   * @param slots of the next frame
   */
  boolean areSound(int slots, int bufferBytes) {
    int slot = cur;
    boolean sound = true;
    for (int i = 0; i < slots; i++) {
      int length = ring.word(slot) & 0xFFFF;
      sound &= ring.buffer(slot) >= 0 && length > 0 && length <= bufferBytes;
      slot = ring.after(slot);
    }
    return sound;
  }

  /** Names the next slot's bytes in an entry, and notes what comes back when it is released. */
  void lend(Burst burst, int i, int buffer, long at, int length) {
    burst.region[i] = 0;
    burst.offset[i] = at;
    burst.length[i] = length;
    int spare = lent.takeSpare();
    if (spare >= 0) {
      ring.exchange(cur, spare);
      counters.add(NetmapCounters.SWAPS, 1);
    } else {
      kept[cur] = true;
    }
    lent.add(at, spare >= 0 ? ~buffer : cur);
  }

  /** Goes on by so many slots, or to the end of what has arrived. */
  void go(int slots) {
    for (int i = 0; i < slots && cur != tail; i++) {
      cur = ring.after(cur);
    }
  }

  /** Gives back the slots up to the first that is lent. */
  void advance() {
    int slot = head;
    while (slot != cur && !kept[slot]) {
      slot = ring.after(slot);
      returned++;
    }
    head = slot;
  }

  /** Ends the lending of entries. */
  void release(Burst burst, int first, int count) {
    for (int i = first; i < first + count; i++) {
      int slot = lent.remove(burst, i);
      if (slot >= 0) {
        kept[slot] = false;
      }
    }
    advance();
  }

  /** Puts a buffer in the place of the next slot's, and goes on to the one after it. */
  int replace(int buffer) {
    int taken = ring.buffer(cur);
    ring.exchange(cur, buffer);
    cur = ring.after(cur);
    head = cur;
    returned++;
    return taken;
  }

  /** Length and flags of the next slot; -1 if its buffer does not exist. */
  int word() {
    return ring.buffer(cur) < 0 ? -1 : ring.word(cur);
  }
}
