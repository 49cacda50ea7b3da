package org.vhostdp.driver.dpdk;

import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;

/**
 * Calls of functions by their address: what DPDK's inline functions do. They are critical calls:
 * the thread stays in Java's eyes, which saves the most of what a call costs, and is right because
 * they never wait.
 */
final class Native {
  private static final Linker LINKER = Linker.nativeLinker();
  private static final Linker.Option CRITICAL = Linker.Option.critical(false);

  /** eth_rx_burst_t, eth_tx_burst_t, eth_tx_prep_t: (queue, mbufs, count) to count. */
  private static final MethodHandle BURST =
      LINKER.downcallHandle(
          FunctionDescriptor.of(
              ValueLayout.JAVA_SHORT,
              ValueLayout.JAVA_LONG,
              ValueLayout.JAVA_LONG,
              ValueLayout.JAVA_SHORT),
          CRITICAL);

  /** rte_mempool_enqueue_t, rte_mempool_dequeue_t: (pool, objects, count) to 0 or -errno. */
  private static final MethodHandle BULK =
      LINKER.downcallHandle(
          FunctionDescriptor.of(
              ValueLayout.JAVA_INT,
              ValueLayout.JAVA_LONG,
              ValueLayout.JAVA_LONG,
              ValueLayout.JAVA_INT),
          CRITICAL);

  /** rte_pktmbuf_free_bulk: (mbufs, count). */
  private static final MethodHandle FREE =
      LINKER.downcallHandle(
          FunctionDescriptor.ofVoid(ValueLayout.JAVA_LONG, ValueLayout.JAVA_INT), CRITICAL);

  private Native() {}

  static int burst(MemorySegment function, long queue, long mbufs, int count) {
    try {
      return (short) BURST.invokeExact(function, queue, mbufs, (short) count) & 0xFFFF;
    } catch (Throwable e) {
      throw impossible(e);
    }
  }

  static int bulk(MemorySegment function, long pool, long objects, int count) {
    try {
      return (int) BULK.invokeExact(function, pool, objects, count);
    } catch (Throwable e) {
      throw impossible(e);
    }
  }

  static void free(MemorySegment function, long mbufs, int count) {
    try {
      FREE.invokeExact(function, mbufs, count);
    } catch (Throwable e) {
      throw impossible(e);
    }
  }

  /** A downcall throws nothing but errors of the JVM. */
  private static Error impossible(Throwable e) {
    return e instanceof Error error ? error : new AssertionError(e);
  }
}
