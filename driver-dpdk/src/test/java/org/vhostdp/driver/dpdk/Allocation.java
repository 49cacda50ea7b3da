package org.vhostdp.driver.dpdk;

import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;

/**
 * Bytes that the current thread has allocated, and its time on a core. By method handle, because
 * the module under test does not read the management modules; a read allocates nothing.
 */
final class Allocation {
  private static final MethodHandle BYTES = find("getCurrentThreadAllocatedBytes");
  private static final MethodHandle CPU = find("getCurrentThreadCpuTime");

  private Allocation() {}

  private static MethodHandle find(String method) {
    try {
      Class<?> type = Class.forName("com.sun.management.ThreadMXBean");
      Object bean =
          Class.forName("java.lang.management.ManagementFactory")
              .getMethod("getPlatformMXBean", Class.class)
              .invoke(null, type);
      return MethodHandles.publicLookup()
          .findVirtual(type, method, MethodType.methodType(long.class))
          .bindTo(bean);
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException("this JVM does not count allocated bytes", e);
    }
  }

  static long bytes() {
    try {
      return (long) BYTES.invokeExact();
    } catch (Throwable e) {
      throw new IllegalStateException("this JVM does not count allocated bytes", e);
    }
  }

  static long cpuNanos() {
    try {
      return (long) CPU.invokeExact();
    } catch (Throwable e) {
      throw new IllegalStateException("this JVM does not count a thread's time", e);
    }
  }
}
