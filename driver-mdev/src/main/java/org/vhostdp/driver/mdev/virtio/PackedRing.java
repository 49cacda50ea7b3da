package org.vhostdp.driver.mdev.virtio;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.VarHandle;

/** A packed ring (section 2.8). Little endian is the machine's order wherever this driver runs. */
final class PackedRing extends Vring {
  private static final int DESCRIPTOR = 16;
  private static final long LENGTH = 8;
  private static final long ID = 12;
  private static final long FLAGS = 14;
  private static final int AVAILABLE = 1 << 7;
  private static final int USED = 1 << 15;

  /** Flags of event suppression: 16 bits behind offset and wrap counter. */
  private static final int ENABLE = 0;

  private static final int DISABLE = 1;
  private static final int AT_DESCRIPTOR = 2;
  private static final int WORD = 0xffff;
  private static final VarHandle SHORT = ValueLayout.JAVA_SHORT.varHandle();
  private static final VarHandle INT = ValueLayout.JAVA_INT.varHandle();

  private final MemorySegment memory;
  private final long driverEvents;
  private final long deviceEvents;

  /** Where the next descriptor is written, and the bits that say available in this round. */
  private int next;

  private int round = AVAILABLE;

  /** The first descriptor since the last publishing, whose flags are not written yet; or -1. */
  private int first = -1;

  private short firstFlags;
  private int addedDescriptors;

  /** Where the device writes the next used descriptor, and what it says in this round. */
  private int look;

  private int usedRound = AVAILABLE | USED;

  PackedRing(RingMemory ring, int tokens) {
    super(ring.size(), tokens);
    memory = ring.memory();
    driverEvents = ring.driverAt();
    deviceEvents = ring.deviceAt();
    interrupts(false);
  }

  @Override
  void add(int token, long at, int bytes, int flags) {
    descriptorsOf[token] = 1;
    describe(token, at, bytes, flags);
  }

  @Override
  void addChain(int token, int count, int readable) {
    descriptorsOf[token] = count;
    for (int i = 0; i < count; i++) {
      int flags = (i < readable ? 0 : WRITE) | (i + 1 < count ? NEXT : 0);
      describe(token, address[i], length[i], flags);
    }
  }

  private void describe(int token, long at, int bytes, int flags) {
    long start = (long) next * DESCRIPTOR;
    int all = flags | round;
    memory.set(ValueLayout.JAVA_LONG, start, at);
    if (first < 0) {
      // The device looks at this one's flags, so they are written last, by publish.
      first = next;
      firstFlags = (short) all;
      memory.set(ValueLayout.JAVA_INT, start + LENGTH, bytes);
      memory.set(ValueLayout.JAVA_SHORT, start + ID, (short) token);
    } else {
      memory.set(
          ValueLayout.JAVA_LONG, start + LENGTH, bytes | (long) token << 32 | (long) all << 48);
    }
    free--;
    addedDescriptors++;
    if (++next == size) {
      next = 0;
      round ^= AVAILABLE | USED;
    }
  }

  @Override
  boolean publish() {
    if (first < 0) {
      return false;
    }
    int added = addedDescriptors;
    addedDescriptors = 0;
    // Release: everything else is written before the device sees the first as available, and goes
    // on
    // from there; pairs with its read barrier after the flags.
    SHORT.setRelease(memory, (long) first * DESCRIPTOR + FLAGS, firstFlags);
    first = -1;
    // The flags must be out before the device's wish is read: it writes its wish, then looks again.
    VarHandle.fullFence();
    int wish = memory.get(ValueLayout.JAVA_INT, deviceEvents);
    int flags = wish >>> 16 & 3;
    return flags == AT_DESCRIPTOR ? passed(wish & WORD, added) : flags == ENABLE;
  }

  /** Whether the descriptor that the device named is among the last that were added. */
  private boolean passed(int event, int added) {
    int at = event & 0x7fff;
    boolean sameRound = (event >>> 15 != 0) == ((round & AVAILABLE) != 0);
    if (!sameRound) {
      at -= size;
    }
    return (next - at - 1 & WORD) < (added & WORD);
  }

  private boolean isUsed(int flags) {
    return (flags & (AVAILABLE | USED)) == usedRound;
  }

  @Override
  boolean hasUsed() {
    return isUsed((short) SHORT.getAcquire(memory, (long) look * DESCRIPTOR + FLAGS));
  }

  @Override
  int take(int from) {
    int to = from;
    int most = from + size;
    while (to < most) {
      long start = (long) look * DESCRIPTOR;
      // Acquire: pairs with the device's write barrier before the flags; id, length and what the
      // device wrote to the buffer are there.
      if (!isUsed((short) SHORT.getAcquire(memory, start + FLAGS))) {
        break;
      }
      int token = memory.get(ValueLayout.JAVA_SHORT, start + ID) & WORD;
      if (token >= descriptorsOf.length || descriptorsOf[token] == 0) {
        return LIE;
      }
      usedToken[to] = token;
      usedLength[to++] = memory.get(ValueLayout.JAVA_INT, start + LENGTH);
      int count = descriptorsOf[token];
      descriptorsOf[token] = 0;
      free += count;
      look += count;
      if (look >= size) {
        look -= size;
        usedRound ^= AVAILABLE | USED;
      }
    }
    return to;
  }

  @Override
  void interrupts(boolean wanted) {
    INT.setOpaque(memory, driverEvents, (wanted ? ENABLE : DISABLE) << 16);
    if (wanted) {
      // The wish must be out before the flags are read again: the device does it the other way.
      VarHandle.fullFence();
    }
  }
}
