package org.vhostdp.driver.mdev.virtio;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.VarHandle;

/** A split ring (section 2.7). Little endian is the machine's order wherever this driver runs. */
final class SplitRing extends Vring {
  private static final int DESCRIPTOR = 16;
  private static final long INDEX = 2;
  private static final long ENTRIES = 4;
  private static final int USED = 8;
  private static final int NO_INTERRUPT = 1;
  private static final int NO_NOTIFY = 1;
  private static final int WORD = 0xffff;
  private static final VarHandle SHORT = ValueLayout.JAVA_SHORT.varHandle();

  private final MemorySegment memory;
  private final long available;
  private final long used;
  private final boolean events;
  private final int mask;

  /** Descriptors that are not in use: the first {@link #free} of these. */
  private final short[] unused;

  /** By the head of a chain: its buffer, and the other descriptors of it. */
  private final int[] tokenOf;

  private final short[] nextOf;

  /** Entries written to the available ring, and those of them that the device may see. */
  private int added;

  private int published;

  /** Entries of the used ring that were taken. */
  private int taken;

  /**
   * @param events whether VIRTIO_F_EVENT_IDX was negotiated
   */
  SplitRing(RingMemory ring, int tokens, boolean events) {
    super(ring.size(), tokens);
    memory = ring.memory();
    available = ring.driverAt();
    used = ring.deviceAt();
    this.events = events;
    mask = size - 1;
    tokenOf = new int[size];
    nextOf = new short[size];
    unused = new short[size];
    for (int i = 0; i < size; i++) {
      unused[i] = (short) (size - 1 - i);
      tokenOf[i] = -1;
    }
    interrupts(false);
  }

  @Override
  void add(int token, long at, int bytes, int flags) {
    int head = unused[--free];
    describe(head, at, bytes | (long) flags << 32);
    offer(head, token, 1);
  }

  /** Writes a descriptor: address, then length, flags and the next one's number as one word. */
  private void describe(int descriptor, long at, long rest) {
    long start = (long) descriptor * DESCRIPTOR;
    memory.set(ValueLayout.JAVA_LONG, start, at);
    memory.set(ValueLayout.JAVA_LONG, start + 8, rest);
  }

  private void offer(int head, int token, int descriptors) {
    tokenOf[head] = token;
    descriptorsOf[token] = descriptors;
    memory.set(ValueLayout.JAVA_SHORT, available + ENTRIES + 2L * (added & mask), (short) head);
    added++;
  }

  @Override
  void addChain(int token, int count, int readable) {
    int head = unused[--free];
    int descriptor = head;
    for (int i = 0; i < count; i++) {
      int flags = i < readable ? 0 : WRITE;
      int next = 0;
      if (i + 1 < count) {
        next = unused[--free];
        flags |= NEXT;
      }
      nextOf[descriptor] = (short) next;
      describe(descriptor, address[i], length[i] | (long) flags << 32 | (long) next << 48);
      descriptor = next;
    }
    offer(head, token, count);
  }

  @Override
  boolean publish() {
    if (added == published) {
      return false;
    }
    int before = published;
    published = added;
    // Release: descriptors and entries are written before the device may see the index, which pairs
    // with its read barrier after it reads the index.
    SHORT.setRelease(memory, available + INDEX, (short) added);
    // The index must be out before the device's wish is read: it writes its wish, then looks at the
    // index again. Without the fence both could look too early, and the work would lie there.
    VarHandle.fullFence();
    if (!events) {
      return (memory.get(ValueLayout.JAVA_SHORT, used) & NO_NOTIFY) == 0;
    }
    int event = memory.get(ValueLayout.JAVA_SHORT, used + ENTRIES + (long) USED * size);
    return (added - event - 1 & WORD) < (added - before & WORD);
  }

  @Override
  boolean hasUsed() {
    return (short) SHORT.getAcquire(memory, used + INDEX) != (short) taken;
  }

  @Override
  int take(int from) {
    // Acquire: pairs with the device's write barrier before the index; entries and what the device
    // wrote to the buffers are there.
    int index = (short) SHORT.getAcquire(memory, used + INDEX);
    int count = index - taken & WORD;
    if (count > size) {
      return LIE;
    }
    int to = from;
    for (int i = 0; i < count; i++) {
      long entry =
          memory.get(
              ValueLayout.JAVA_LONG_UNALIGNED, used + ENTRIES + USED * (long) (taken & mask));
      int head = (int) entry;
      if (Integer.compareUnsigned(head, size) >= 0 || tokenOf[head] < 0) {
        return LIE;
      }
      usedToken[to] = tokenOf[head];
      usedLength[to++] = (int) (entry >>> 32);
      giveBack(head);
      taken++;
    }
    return to;
  }

  private void giveBack(int head) {
    int token = tokenOf[head];
    tokenOf[head] = -1;
    int count = descriptorsOf[token];
    descriptorsOf[token] = 0;
    int descriptor = head;
    for (int i = 0; i < count; i++) {
      unused[free++] = (short) descriptor;
      descriptor = nextOf[descriptor];
    }
  }

  @Override
  void interrupts(boolean wanted) {
    if (events) {
      // Wanted: with the next entry. Otherwise: with the last that there is room to count, 65535
      // entries from now.
      int event = wanted ? taken : taken - 1;
      SHORT.setOpaque(memory, available + ENTRIES + 2L * size, (short) event);
    } else {
      SHORT.setOpaque(memory, available, (short) (wanted ? 0 : NO_INTERRUPT));
    }
    if (wanted) {
      // The wish must be out before the used index is read again: the device does it the other way.
      VarHandle.fullFence();
    }
  }
}
