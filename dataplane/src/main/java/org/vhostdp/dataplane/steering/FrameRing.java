package org.vhostdp.dataplane.steering;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import org.vhostdp.spi.Burst;
import org.vhostdp.spi.Offload;

/**
 * Frames that wait for one queue of the guest, copied into bounded memory of its own, each in one
 * piece. First in, first out: put, given, released. One IO thread.
 */
final class FrameRing {
  /** Bytes of the memory; a multiple of a cache line. */
  static final int BYTES = 1 << 20;

  /** Most frames; a power of two. */
  static final int FRAMES = 1024;

  private static final int MASK = FRAMES - 1;
  private static final int LINE = 64;

  private final MemorySegment memory;
  private final int region;

  private final int[] at = new int[FRAMES];
  private final int[] length = new int[FRAMES];
  private final int[] flags = new int[FRAMES];
  private final int[] vlan = new int[FRAMES];
  private final int[] hash = new int[FRAMES];
  private final int[] hashType = new int[FRAMES];
  private final long[] offload = new long[FRAMES];
  private final long[] timestamp = new long[FRAMES];

  private long put;
  private long given;
  private long released;
  private int tail;

  /**
   * @param memory {@link #BYTES} of it
   * @param region its id
   */
  FrameRing(MemorySegment memory, int region) {
    this.memory = memory;
    this.region = region;
  }

  static MemorySegment memory(Arena arena) {
    return arena.allocate(BYTES, LINE);
  }

  /** Frames that were put and not yet given. */
  int waiting() {
    return (int) (put - given);
  }

  /** Frames put since the beginning: the number of the next one. */
  long put() {
    return put;
  }

  /** Frames released since the beginning. */
  long released() {
    return released;
  }

  /**
   * Copies a frame in.
   *
   * @param in a burst
   * @param first index of its first entry
   * @param end index after its last
   * @param bytes its length
   * @param frames memory by region
   * @return false if there is no room
   */
  boolean put(Burst in, int first, int end, long bytes, MemorySegment[] frames) {
    int to = room(bytes);
    if (to < 0) {
      return false;
    }
    int slot = (int) put & MASK;
    at[slot] = to;
    length[slot] = (int) bytes;
    flags[slot] = in.flags[first] & ~Offload.MORE;
    offload[slot] = in.offload[first];
    vlan[slot] = in.vlan[first];
    hash[slot] = in.hash[first];
    hashType[slot] = in.hashType[first];
    timestamp[slot] = in.timestamp[first];
    long next = to;
    for (int e = first; e < end; e++) {
      MemorySegment.copy(frames[in.region[e]], in.offset[e], memory, next, in.length[e]);
      next += in.length[e];
    }
    put++;
    return true;
  }

  /** Says the hash of the frame that was put last. */
  void describe(int value, int kind) {
    int slot = (int) (put - 1) & MASK;
    flags[slot] |= Offload.HASH;
    hash[slot] = value;
    hashType[slot] = kind;
  }

  /** Takes room for so many bytes in one piece; returns its offset, or -1. */
  private int room(long bytes) {
    if (bytes > BYTES || put - released == FRAMES) {
      return -1;
    }
    int padded = Math.max(LINE, ((int) bytes + LINE - 1) & -LINE);
    int from = -1;
    if (put == released) {
      // Begins anew at the beginning: those lines are the ones in the cache.
      from = 0;
    } else {
      int head = at[(int) released & MASK];
      if (tail > head && padded <= BYTES - tail || tail < head && padded < head - tail) {
        from = tail;
      } else if (tail > head && padded < head) {
        from = 0;
      }
    }
    if (from >= 0) {
      tail = from + padded;
    }
    return from;
  }

  /** Lends waiting frames; returns how many. */
  int give(Burst out, int max) {
    int n = Math.min(max, waiting());
    for (int i = 0; i < n; i++) {
      int slot = (int) (given + i) & MASK;
      out.region[i] = region;
      out.offset[i] = at[slot];
      out.length[i] = length[slot];
      out.flags[i] = flags[slot];
      out.offload[i] = offload[slot];
      out.vlan[i] = vlan[slot];
      out.hash[i] = hash[slot];
      out.hashType[i] = hashType[slot];
      out.timestamp[i] = timestamp[slot];
    }
    given += n;
    return n;
  }

  /** Takes back the oldest lent frames; more than are lent are not counted. */
  void release(int count) {
    released = Math.min(given, released + count);
  }

  /** Forgets all frames; returns how many waited. */
  int clear() {
    int waited = waiting();
    given = put;
    released = put;
    return waited;
  }
}
