package org.vhostdp.driver.netmap;

import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import org.vhostdp.driver.netmap.generated.Netmap;
import org.vhostdp.netdevice.VnetHeader;
import org.vhostdp.spi.Burst;
import org.vhostdp.spi.Offload;

/**
 * The slots of a ring that frames are sent from. Those from head to tail are ours; what is lent are
 * their buffers. The kernel sends slots in turn, so that a frame which is sent out of turn has its
 * buffer exchanged with that of the slot whose turn it is.
 *
 * <p>The queue's IO thread, and control threads while no burst call runs.
 */
final class SendSlots {
  private static final int MORE = Netmap.NS_MOREFRAG();
  private static final int CHANGED = Netmap.NS_BUF_CHANGED();

  private final NetmapCounters counters;
  private final int header;
  private SlotRing ring;
  private MemorySegment buffers;
  private int bufferBytes;

  /** By which an offset is shifted instead of divided; -1 if buffers are of no such size. */
  private int shift;

  /** By buffer: the slot that it lies in while it is lent, and one more; 0 if it is not lent. */
  private char[] slotOf;

  /** Slots whose buffer was exchanged, which the kernel has not been told. */
  private boolean[] changed;

  private int head;
  private int tail;

  /** Where claiming goes on: the slots from head up to here are lent. */
  private int claim;

  /**
   * @param header bytes before each frame
   */
  SendSlots(NetmapCounters counters, int header) {
    this.counters = counters;
    this.header = header;
  }

  /**
   * Works on a ring from now on.
   *
   * @param sending null if nothing can be sent
   */
  void attach(SlotRing sending, NetmapMemory memory) {
    ring = sending;
    buffers = memory.region().segment();
    bufferBytes = memory.bufferBytes();
    boolean power = Integer.bitCount(bufferBytes) == 1;
    shift = power ? Integer.numberOfTrailingZeros(bufferBytes) : -1;
    slotOf = new char[memory.buffers()];
    changed = new boolean[sending == null ? 0 : sending.count()];
  }

  boolean isAttached() {
    return ring != null;
  }

  /** Nothing is lent. */
  void reset() {
    Arrays.fill(slotOf, (char) 0);
    // Whether the kernel has seen what lies in a slot, only it knows: it is told once more.
    Arrays.fill(changed, true);
    head = Math.max(0, ring.head());
    claim = head;
    publish(false);
    look();
  }

  /**
   * Hands what was put to the kernel, with its next call.
   *
   * @param beyond the kernel is to wake us when there is more room than there is now, lent or not
   */
  void publish(boolean beyond) {
    ring.publish(head, beyond ? tail : head);
  }

  /** Sees what room the kernel has made. */
  void look() {
    int now = ring.tail();
    tail = now < 0 ? claim : now;
  }

  /** Slots that are ours. */
  int free() {
    return ring.distance(head, tail);
  }

  boolean isRunningLow() {
    return free() < ring.count() >> 2;
  }

  /** Goes to the next slot that is not lent; its buffer, or -1 if there is none. */
  int next() {
    while (claim != tail) {
      // Read once: whoever shares the memory may change it.
      int buffer = ring.buffer(claim);
      if (buffer >= 0 && slotOf[buffer] == 0) {
        return buffer;
      }
      claim = ring.after(claim);
    }
    return -1;
  }

  /** Lends buffers in entries of a burst, as many as there are up to the index most; the end. */
  int lend(Burst burst, int from, int most) {
    int count = from;
    while (count < most) {
      int buffer = next();
      if (buffer < 0) {
        break;
      }
      slotOf[buffer] = (char) (claim + 1);
      burst.region[count] = 0;
      burst.offset[count] = (long) buffer * bufferBytes + header;
      burst.room[count] = bufferBytes - header;
      burst.flags[count++] = 0;
      claim = ring.after(claim);
    }
    return count;
  }

  /** Takes an entry's buffer back unsent. */
  void giveBack(Burst burst, int i) {
    int buffer = lentBuffer(burst, i);
    if (buffer < 0) {
      throw notLent(burst, i);
    }
    int slot = slotOf[buffer] - 1;
    slotOf[buffer] = 0;
    comeBackTo(slot);
  }

  private void comeBackTo(int slot) {
    if (ring.distance(head, slot) < ring.distance(head, claim)) {
      claim = slot;
    }
  }

  private static IllegalStateException notLent(Burst burst, int i) {
    return new IllegalStateException(
        "The frame at offset "
            + burst.offset[i]
            + " of region "
            + burst.region[i]
            + " was given back but is not lent: a frame is transmitted or given back once, by the"
            + " queue that lent it.");
  }

  /** The buffer that an offset, which is not negative, lies in. */
  private int bufferAt(long offset) {
    return (int) (shift >= 0 ? offset >>> shift : offset / bufferBytes);
  }

  /** The buffer of an entry, if it is lent by this queue; or -1. */
  private int lentBuffer(Burst burst, int i) {
    long offset = burst.offset[i];
    if (burst.region[i] != 0 || offset < 0 || offset >= (long) slotOf.length * bufferBytes) {
      return -1;
    }
    int buffer = bufferAt(offset);
    return slotOf[buffer] == 0 || offset < (long) buffer * bufferBytes + header ? -1 : buffer;
  }

  /** Whether an entry's bytes lie in a buffer that is lent, after the place of a header. */
  boolean holds(Burst burst, int i) {
    int buffer = lentBuffer(burst, i);
    int length = burst.length[i];
    return buffer >= 0 && length > 0 && length <= (buffer + 1L) * bufferBytes - burst.offset[i];
  }

  /** Whether two entries of a frame lie in one buffer, which has one slot. */
  boolean sharesBuffer(Burst burst, int first, int end) {
    boolean shared = false;
    for (int i = first; i < end; i++) {
      int buffer = bufferAt(burst.offset[i]);
      for (int k = first; k < i; k++) {
        shared |= bufferAt(burst.offset[k]) == buffer;
      }
    }
    return shared;
  }

  /** Puts an entry into the slot at head. */
  void put(Burst burst, int i, boolean first, boolean more) {
    int buffer = bufferAt(burst.offset[i]);
    int slot = slotOf[buffer] - 1;
    int turn = head;
    if (slot != turn) {
      exchange(slot, turn, buffer);
    }
    slotOf[buffer] = 0;
    long start = (long) buffer * bufferBytes;
    int before = first ? header : 0;
    int length = burst.length[i];
    if (burst.offset[i] != start + before) {
      // The kernel sends a buffer from its beginning on.
      MemorySegment.copy(buffers, burst.offset[i], buffers, start + before, length);
    }
    if (before != 0) {
      int flags = burst.flags[i] & ~(Offload.CSUM_VALID | Offload.MORE);
      VnetHeader.write(buffers, start, 0, flags, burst.offload[i], 0);
    }
    ring.word(turn, length + before, (changed[turn] ? CHANGED : 0) | (more ? MORE : 0));
    changed[turn] = false;
    head = ring.after(turn);
    if (claim == turn) {
      claim = head;
    }
  }

  /** The buffer comes into the slot whose turn it is, what lay there into the buffer's slot. */
  private void exchange(int slot, int turn, int buffer) {
    int other = ring.buffer(turn);
    ring.buffer(turn, buffer);
    changed[turn] = true;
    if (other < 0) {
      return;
    }
    ring.buffer(slot, other);
    changed[slot] = true;
    counters.add(NetmapCounters.SWAPS, 1);
    if (slotOf[other] != 0) {
      slotOf[other] = (char) (slot + 1);
    } else {
      comeBackTo(slot);
    }
  }

  /** Exchanges the buffers of the slot at head and of what is received next. */
  void exchange(NetmapRx from) {
    int word = from.nextWord();
    int mine = ring.buffer(head);
    if (mine < 0) {
      return;
    }
    int flags = word >>> 16 & MORE | CHANGED;
    int buffer = from.replace(mine);
    ring.buffer(head, buffer < 0 ? mine : buffer);
    ring.word(head, word < 0 ? 0 : word & 0xFFFF, flags);
    changed[head] = false;
    head = ring.after(head);
    claim = head;
  }
}
