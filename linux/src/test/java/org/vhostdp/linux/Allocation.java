package org.vhostdp.linux;

import java.lang.reflect.Method;

/**
 * Bytes of heap the calling thread has allocated. By reflection, because the module under test
 * reads java.base only.
 */
final class Allocation {
  private static final Object THREADS;
  private static final Method ALLOCATED;

  static {
    try {
      Class<?> factory = Class.forName("java.lang.management.ManagementFactory");
      THREADS = factory.getMethod("getThreadMXBean").invoke(null);
      ALLOCATED =
          Class.forName("com.sun.management.ThreadMXBean")
              .getMethod("getCurrentThreadAllocatedBytes");
    } catch (ReflectiveOperationException missing) {
      throw new IllegalStateException("This JDK does not count allocations.", missing);
    }
  }

  private Allocation() {}

  static long bytes() throws ReflectiveOperationException {
    return (long) ALLOCATED.invoke(THREADS);
  }
}
