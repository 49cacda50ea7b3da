package org.vhostdp.dataplane.capture;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import org.vhostdp.spi.Burst;
import org.vhostdp.spi.Offload;

/**
 * Copies of frames between one IO thread, which puts them in, and the capture's thread, which takes
 * them out. Records lie one behind the other, none of them across the end.
 *
 * <p>A burst is put in first and made visible by {@link #commit} afterwards, as far as it was
 * accepted. What finds no room is counted, never waited for.
 */
final class CaptureRing {
  /** Bytes of a record before the frame's own. */
  static final int HEADER = 48;

  // Fields of a record, bytes from its start.
  private static final int SIZE = 0;
  private static final int CAPTURED = 4;
  private static final int LENGTH = 8;
  private static final int FLAGS = 12;
  private static final int TIME = 16;
  private static final int OFFLOAD = 24;
  private static final int HASH = 32;
  private static final int HASH_TYPE = 36;
  private static final int VLAN = 40;

  /** Instead of a size: the next record is at the ring's start. */
  private static final int WRAPPED = -1;

  /** A stage's burst has 32 entries. */
  private static final int MOST_FRAMES = 256;

  private static final int PAD = 16;
  private static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT;
  private static final ValueLayout.OfLong LONG = ValueLayout.JAVA_LONG;
  private static final VarHandle LONGS = MethodHandles.arrayElementVarHandle(long[].class);

  // Positions only grow, and stand a cache line apart: of the producer, of the consumer, and what
  // was dropped.
  private static final int TAIL = PAD;
  private static final int HEAD = 2 * PAD;
  private static final int DROPPED = 3 * PAD;

  final String port;
  final int queue;
  final boolean receive;

  private final Arena arena = Arena.ofShared();
  private final MemorySegment memory;
  private final long capacity;
  private final int snapLength;
  private final long[] shared = new long[4 * PAD];

  // Of the burst's frames: the position after each, and the number of entries up to its end.
  private final long[] marks = new long[MOST_FRAMES];
  private final int[] ends = new int[MOST_FRAMES];
  private int put;
  private long position;
  private long space;
  private long now;

  /** Of {@link #dropped()}, what the capture's thread has told already. */
  long accounted;

  /** Set by the control thread when no IO thread uses the ring any more. */
  volatile boolean ended;

  /** Set by the capture's thread when it takes nothing more. */
  private volatile boolean deaf;

  /**
   * @param capacity bytes, a multiple of 8
   */
  CaptureRing(String port, int queue, boolean receive, int snapLength, long capacity) {
    this.port = port;
    this.queue = queue;
    this.receive = receive;
    this.snapLength = snapLength;
    this.capacity = capacity;
    this.memory = arena.allocate(capacity, 64);
  }

  // ---- the IO thread ---------------------------------------------------------------------------

  /** Begins a burst; false if nobody takes frames any more. */
  boolean begin() {
    put = 0;
    position = shared[TAIL];
    space = capacity - (position - (long) LONGS.getAcquire(shared, HEAD));
    now = System.nanoTime();
    return !deaf;
  }

  /** Puts in the frames of entries of a burst; a last one without its end is left out. */
  void put(MemorySegment[] frames, Burst burst, int first, int count) {
    int end = first + count;
    int begin = first;
    for (int i = first; i < end; i++) {
      if ((burst.flags[i] & Offload.MORE) == 0) {
        frame(frames, burst, begin, i + 1, i + 1 - first);
        begin = i + 1;
      }
    }
  }

  private void frame(MemorySegment[] frames, Burst burst, int first, int end, int entries) {
    if (put < MOST_FRAMES) {
      copy(frames, burst, first, end);
      // One that was not copied ends where it begins.
      marks[put] = position;
      ends[put] = entries;
      put++;
    }
  }

  private void copy(MemorySegment[] frames, Burst burst, int first, int end) {
    long length = 0;
    for (int i = first; i < end; i++) {
      int r = burst.region[i];
      if (r < 0
          || r >= frames.length
          || burst.length[i] < 0
          || burst.offset[i] < 0
          || burst.offset[i] > frames[r].byteSize() - burst.length[i]) {
        return;
      }
      length += burst.length[i];
    }
    int captured = (int) Math.min(length, snapLength);
    long at = reserve(HEADER + (captured + 7L & ~7L));
    if (at < 0) {
      return;
    }
    describe(at, burst, first, captured, (int) Math.min(length, Integer.MAX_VALUE));
    long to = at + HEADER;
    int left = captured;
    for (int i = first; i < end && left > 0; i++) {
      int n = Math.min(left, burst.length[i]);
      MemorySegment.copy(frames[burst.region[i]], burst.offset[i], memory, to, n);
      to += n;
      left -= n;
    }
  }

  /** Room for a record, at the ring's start if it does not fit before the end; -1 if none. */
  private long reserve(long size) {
    long at = position % capacity;
    long skipped = capacity - at < size ? capacity - at : 0;
    if (skipped + size > space) {
      return -1;
    }
    if (skipped > 0) {
      memory.set(INT, at + SIZE, WRAPPED);
      at = 0;
    }
    memory.set(INT, at + SIZE, (int) size);
    position += skipped + size;
    space -= skipped + size;
    return at;
  }

  private void describe(long at, Burst burst, int first, int captured, int length) {
    memory.set(INT, at + CAPTURED, captured);
    memory.set(INT, at + LENGTH, length);
    memory.set(INT, at + FLAGS, burst.flags[first] & ~Offload.MORE);
    memory.set(LONG, at + TIME, now);
    memory.set(LONG, at + OFFLOAD, burst.offload[first]);
    memory.set(INT, at + HASH, burst.hash[first]);
    memory.set(INT, at + HASH_TYPE, burst.hashType[first]);
    memory.set(INT, at + VLAN, burst.vlan[first]);
  }

  /** Makes the frames of the burst's first so many entries visible; others were never there. */
  void commit(int entries) {
    int n = put;
    while (n > 0 && ends[n - 1] > entries) {
      n--;
    }
    long tail = shared[TAIL];
    long before = tail;
    int dropped = 0;
    for (int i = 0; i < n; i++) {
      dropped += marks[i] == before ? 1 : 0;
      before = marks[i];
    }
    if (dropped > 0) {
      LONGS.setOpaque(shared, DROPPED, shared[DROPPED] + dropped);
    }
    if (before != tail) {
      LONGS.setRelease(shared, TAIL, before);
    }
  }

  // ---- the capture's thread --------------------------------------------------------------------

  /** Where the oldest record lies in {@link #memory}, or -1 if there is none. */
  long peek() {
    long head = shared[HEAD];
    long tail = (long) LONGS.getAcquire(shared, TAIL);
    if (head == tail) {
      return -1;
    }
    long at = head % capacity;
    if (memory.get(INT, at + SIZE) == WRAPPED) {
      LONGS.setRelease(shared, HEAD, head + capacity - at);
      return 0;
    }
    return at;
  }

  /** Gives the record at {@link #peek} back. */
  void take(long at) {
    LONGS.setRelease(shared, HEAD, shared[HEAD] + memory.get(INT, at + SIZE));
  }

  MemorySegment memory() {
    return memory;
  }

  int captured(long at) {
    return memory.get(INT, at + CAPTURED);
  }

  int length(long at) {
    return memory.get(INT, at + LENGTH);
  }

  int flags(long at) {
    return memory.get(INT, at + FLAGS);
  }

  /** {@link System#nanoTime} of the burst. */
  long time(long at) {
    return memory.get(LONG, at + TIME);
  }

  long offload(long at) {
    return memory.get(LONG, at + OFFLOAD);
  }

  int hash(long at) {
    return memory.get(INT, at + HASH);
  }

  int hashType(long at) {
    return memory.get(INT, at + HASH_TYPE);
  }

  int vlan(long at) {
    return memory.get(INT, at + VLAN);
  }

  /** Frames that found no room, so far. */
  long dropped() {
    return (long) LONGS.getOpaque(shared, DROPPED);
  }

  /** Takes nothing more: the IO thread need not copy. */
  void deafen() {
    deaf = true;
  }

  /** Gives the memory back. Nobody uses the ring any more. */
  void free() {
    arena.close();
  }
}
