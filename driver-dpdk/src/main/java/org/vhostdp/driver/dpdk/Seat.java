package org.vhostdp.driver.dpdk;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Map;
import org.vhostdp.driver.dpdk.eal.ProcessState;
import org.vhostdp.driver.dpdk.eal.ThreadLocals;
import org.vhostdp.driver.dpdk.generated.Dpdk;

/**
 * A queue's lcore number. DPDK keeps mbufs at hand for each lcore, and without a number every mbuf
 * that a poll mode driver takes or frees costs an atomic operation on the pool. DPDK ties a number
 * to a thread; here it is tied to a queue, which may pass from thread to thread: whoever calls a
 * burst takes the seat for as long as the call into DPDK lasts. So a number is never used by two
 * threads at once, and no thread that ends takes one with it.
 *
 * <p>Numbers are made by rte_thread_register and kept for the next queue when one is closed. There
 * are 127; a queue beyond them has none and is slower.
 */
final class Seat {
  private static final String KEY = "seats";

  private final int number;

  /** The thread that sat here last, and its cell. */
  private Thread thread;

  private MemorySegment cell;

  /** What stood in the cell before. */
  private int outside = ThreadLocals.NO_LCORE;

  private Seat(int number) {
    this.number = number;
  }

  /** Takes a number; control threads. */
  static Seat take() {
    Map<String, Object> state = ProcessState.map();
    synchronized (state) {
      Integer kept = kept(state).poll();
      return new Seat(kept != null ? kept : register());
    }
  }

  private static int register() {
    MemorySegment cell = ThreadLocals.lcore();
    int before = cell.get(ValueLayout.JAVA_INT, 0);
    int failed = Dpdk.rte_thread_register();
    int number = failed == 0 ? cell.get(ValueLayout.JAVA_INT, 0) : ThreadLocals.NO_LCORE;
    cell.set(ValueLayout.JAVA_INT, 0, before);
    return number;
  }

  @SuppressWarnings("unchecked")
  private static Deque<Integer> kept(Map<String, Object> state) {
    return (Deque<Integer>) state.computeIfAbsent(KEY, key -> new ArrayDeque<Integer>());
  }

  /** The lcore number, or -1. */
  int number() {
    return number;
  }

  /** Before a call into DPDK, on the thread that makes it. */
  void sit() {
    if (Thread.currentThread() != thread) {
      change();
    }
    cell.set(ValueLayout.JAVA_INT, 0, number);
  }

  /** After it. */
  void rise() {
    cell.set(ValueLayout.JAVA_INT, 0, outside);
  }

  private void change() {
    thread = Thread.currentThread();
    if (thread.isVirtual()) {
      // It may go on upon another thread of the system, whose cell is another.
      cell = Arena.ofAuto().allocate(ValueLayout.JAVA_INT);
      outside = ThreadLocals.NO_LCORE;
    } else {
      cell = ThreadLocals.lcore();
      outside = cell.get(ValueLayout.JAVA_INT, 0);
    }
  }

  /** Control threads, while no burst call runs. */
  void leave() {
    thread = null;
    cell = null;
    Map<String, Object> state = ProcessState.map();
    synchronized (state) {
      if (number >= 0) {
        kept(state).add(number);
      }
    }
  }
}
