package org.vhostdp.driver.mdev.virtio;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/**
 * The device's side of a ring, for tests: it takes what was published, one buffer after the other,
 * and uses buffers in any order and in any manner, also a wrong one. Written from the
 * specification, sections 2.7 and 2.8, by byte offsets.
 */
abstract class Device {
  /** A buffer that was taken: its number on the ring, and its first descriptor. */
  record Buffer(int id, int descriptors, long address, int length, int flags) {}

  final MemorySegment memory;
  final RingMemory ring;

  Device(RingMemory ring) {
    this.ring = ring;
    memory = ring.memory();
  }

  /** The next published buffer, or null. */
  abstract Buffer next();

  /** Says that a buffer was used. */
  abstract void use(int id, int descriptors, int length);

  /** Wishes to be told of everything, or of nothing. */
  abstract void wish(boolean told);

  /** Whether the driver wants to be interrupted. */
  abstract boolean wanted();

  final int word(long at) {
    return memory.get(ValueLayout.JAVA_SHORT, at) & 0xffff;
  }

  final void word(long at, int value) {
    memory.set(ValueLayout.JAVA_SHORT, at, (short) value);
  }

  /** A split ring, without event indexes. */
  static final class Split extends Device {
    private int taken;
    private int used;

    Split(RingMemory ring) {
      super(ring);
    }

    @Override
    Buffer next() {
      if (word(ring.driverAt() + 2) == (taken & 0xffff)) {
        return null;
      }
      int head = word(ring.driverAt() + 4 + 2L * (taken++ % ring.size()));
      int count = 1;
      for (int at = head; (word(16L * at + 12) & 1) != 0; at = word(16L * at + 14)) {
        count++;
      }
      return new Buffer(
          head,
          count,
          memory.get(ValueLayout.JAVA_LONG, 16L * head),
          memory.get(ValueLayout.JAVA_INT, 16L * head + 8),
          word(16L * head + 12));
    }

    @Override
    void use(int id, int descriptors, int length) {
      long entry = ring.deviceAt() + 4 + 8L * (used++ % ring.size());
      memory.set(ValueLayout.JAVA_INT, entry, id);
      memory.set(ValueLayout.JAVA_INT, entry + 4, length);
      word(ring.deviceAt() + 2, used);
    }

    /** Says that so many entries were used as were not. */
    void jump(int by) {
      used += by;
      word(ring.deviceAt() + 2, used);
    }

    @Override
    void wish(boolean told) {
      word(ring.deviceAt(), told ? 0 : 1);
    }

    @Override
    boolean wanted() {
      return (word(ring.driverAt()) & 1) == 0;
    }
  }

  /** A packed ring. */
  static final class Packed extends Device {
    private int look;
    private boolean round = true;
    private int put;
    private boolean usedRound = true;

    Packed(RingMemory ring) {
      super(ring);
    }

    @Override
    Buffer next() {
      long first = 16L * look;
      int flags = word(first + 14);
      boolean available = (flags & 0x80) != 0;
      boolean used = (flags & 0x8000) != 0;
      if (available != round || used == round) {
        return null;
      }
      int count = 1;
      while ((word(16L * look + 14) & 1) != 0) {
        step();
        count++;
      }
      int id = word(16L * look + 12);
      step();
      return new Buffer(
          id,
          count,
          memory.get(ValueLayout.JAVA_LONG, first),
          memory.get(ValueLayout.JAVA_INT, first + 8),
          flags & 3);
    }

    private void step() {
      if (++look == ring.size()) {
        look = 0;
        round = !round;
      }
    }

    @Override
    void use(int id, int descriptors, int length) {
      long at = 16L * put;
      word(at + 12, id);
      memory.set(ValueLayout.JAVA_INT, at + 8, length);
      word(at + 14, usedRound ? 0x8080 : 0);
      put += descriptors;
      if (put >= ring.size()) {
        put -= ring.size();
        usedRound = !usedRound;
      }
    }

    @Override
    void wish(boolean told) {
      word(ring.deviceAt() + 2, told ? 0 : 1);
    }

    /** Wishes to be told when a descriptor is passed. */
    void wishAt(int position, boolean inRound) {
      word(ring.deviceAt(), position | (inRound ? 0x8000 : 0));
      word(ring.deviceAt() + 2, 2);
    }

    @Override
    boolean wanted() {
      return word(ring.driverAt() + 2) == 0;
    }
  }
}
