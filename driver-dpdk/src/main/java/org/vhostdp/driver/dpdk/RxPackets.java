package org.vhostdp.driver.dpdk;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/**
 * Packets that a poll mode driver has handed over and that are not lent yet. The queue's thread.
 */
final class RxPackets {
  /** Most of them. */
  static final int MOST = 64;

  /** Addresses of the first mbufs. */
  private final MemorySegment packets = Arena.ofAuto().allocate((long) MOST * Long.BYTES, 64);

  private final MbufPool pool;
  private final Seat seat;
  private MemorySegment burst;
  private long queue;

  /** The first that is not lent yet, and the end. */
  private int next;

  private int end;

  RxPackets(MbufPool pool, Seat seat) {
    this.pool = pool;
    this.seat = seat;
  }

  /** Where they come from now on; control threads, before the gate opens. */
  void connect(MemorySegment function, long data) {
    burst = function;
    queue = data;
  }

  /** Asks for packets; none are here. */
  void fetch(int wanted) {
    seat.sit();
    end = Native.burst(burst, queue, packets.address(), wanted);
    seat.rise();
    next = 0;
  }

  /** A burst of no packets; those that are here stay. */
  void prime() {
    seat.sit();
    Native.burst(burst, queue, packets.address(), 0);
    seat.rise();
  }

  int count() {
    return end - next;
  }

  /** Address of the first mbuf of one of them, the next being 0. */
  long get(int index) {
    return packets.get(ValueLayout.JAVA_LONG_UNALIGNED, (long) (next + index) * Long.BYTES);
  }

  /** The next ones were lent, or lost. */
  void taken(int count) {
    next += count;
  }

  /** Frees the next one, which is then to be {@link #taken}. */
  void free() {
    seat.sit();
    pool.free(packets.address() + (long) next * Long.BYTES, 1);
    seat.rise();
  }

  /** Frees all; control threads, while the gate is shut. */
  void reset() {
    if (next < end) {
      pool.free(packets.address() + (long) next * Long.BYTES, end - next);
    }
    next = 0;
    end = 0;
  }

  /**
   * Frees what waits in a started device; control threads, while the gate is shut. Ends when the
   * device has nothing, or after far more than any has room for.
   */
  void drain(int most) {
    int dropped = 0;
    boolean more = true;
    while (more) {
      reset();
      fetch(MOST);
      dropped += end;
      more = end > 0 && dropped < most;
    }
    reset();
  }
}
