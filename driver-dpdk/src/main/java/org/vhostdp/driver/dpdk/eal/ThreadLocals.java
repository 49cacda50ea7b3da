package org.vhostdp.driver.dpdk.eal;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/** DPDK's thread-local variables, of the thread that calls. */
public final class ThreadLocals {
  /** No lcore: LCORE_ID_ANY. */
  public static final int NO_LCORE = -1;

  private ThreadLocals() {}

  /**
   * The calling thread's lcore number, {@code rte_lcore_id()}: four bytes that may be read and
   * written by this thread while it lives. Allocates.
   */
  public static MemorySegment lcore() {
    return cell("per_lcore__lcore_id");
  }

  /** The calling thread's {@code rte_errno}, positive. */
  public static int errno() {
    return cell("per_lcore__rte_errno").get(ValueLayout.JAVA_INT, 0);
  }

  private static MemorySegment cell(String name) {
    return Libraries.LOOKUP.findOrThrow(name).reinterpret(ValueLayout.JAVA_INT.byteSize());
  }
}
