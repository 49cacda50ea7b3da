package org.vhostdp.driver.dpdk.eal;

import java.lang.foreign.AddressLayout;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.util.concurrent.locks.LockSupport;

/**
 * Calls on the thread of EAL's on which poll mode drivers handle their interrupts, so that such a
 * call and a handler cannot meet. EAL runs. Control threads.
 *
 * <p>An alarm of EAL's (rte_alarm.h) calls a function of one pointer on that thread. DPDK's own
 * functions and sem_post(3) are enough: nothing there ever calls back into Java.
 */
public final class InterruptThread {
  private static final AddressLayout POINTER = ValueLayout.ADDRESS;

  /** Bytes of sem_t on 64-bit machines. */
  private static final long SEMAPHORE = 32;

  /** The alarms' delay: the shortest there is. */
  private static final long AT_ONCE_MICROS = 1;

  private static final long PAUSE_NANOS = 20_000;
  private static final long PATIENCE_NANOS = 10_000_000_000L;

  private InterruptThread() {}

  /**
   * Calls a function there, and returns when it has returned.
   *
   * @param function of one integer or pointer; what it returns is lost
   * @throws IllegalStateException if that thread does not come to it within ten seconds
   */
  public static void call(MemorySegment function, long argument) {
    // Not freed before the semaphore was posted: see below.
    Arena arena = Arena.ofShared();
    MemorySegment done = arena.allocate(SEMAPHORE, Long.BYTES);
    integer("sem_init", done, ValueLayout.JAVA_INT, ValueLayout.JAVA_INT, 0, 0);
    alarm(function, MemorySegment.ofAddress(argument));
    // Alarms go off in the order of their times, and those of one time as they were set.
    alarm(symbol("sem_post"), done);
    await(done);
    integer("sem_destroy", done);
    arena.close();
  }

  /** Without its memory being given back if it throws: the alarm may go off later. */
  private static void await(MemorySegment done) {
    long end = System.nanoTime() + PATIENCE_NANOS;
    while (integer("sem_trywait", done) != 0) {
      if (System.nanoTime() > end) {
        throw new IllegalStateException(
            "DPDK's interrupt thread has been busy for ten seconds; end the process.");
      }
      LockSupport.parkNanos(PAUSE_NANOS);
    }
  }

  private static MemorySegment symbol(String name) {
    return Libraries.LOOKUP.findOrThrow(name);
  }

  private static void alarm(MemorySegment function, MemorySegment argument) {
    FunctionDescriptor type =
        FunctionDescriptor.of(ValueLayout.JAVA_INT, ValueLayout.JAVA_LONG, POINTER, POINTER);
    MethodHandle handle = Linker.nativeLinker().downcallHandle(symbol("rte_eal_alarm_set"), type);
    int failed;
    try {
      failed = (int) handle.invokeExact(AT_ONCE_MICROS, function, argument);
    } catch (Throwable e) {
      throw impossible(e);
    }
    if (failed != 0) {
      throw new IllegalStateException("rte_eal_alarm_set failed with " + failed + ".");
    }
  }

  /** Calls a function of the C library on a pointer and more. */
  private static int integer(String name, MemorySegment pointer, Object... layoutsAndValues) {
    int more = layoutsAndValues.length / 2;
    MemoryLayout[] layouts = new MemoryLayout[1 + more];
    Object[] values = new Object[1 + more];
    layouts[0] = POINTER;
    values[0] = pointer;
    for (int i = 0; i < more; i++) {
      layouts[1 + i] = (MemoryLayout) layoutsAndValues[i];
      values[1 + i] = layoutsAndValues[more + i];
    }
    FunctionDescriptor type = FunctionDescriptor.of(ValueLayout.JAVA_INT, layouts);
    try {
      MethodHandle handle = Linker.nativeLinker().downcallHandle(symbol(name), type);
      return (int) handle.invokeWithArguments(values);
    } catch (Throwable e) {
      throw impossible(e);
    }
  }

  /** A downcall throws nothing but errors of the JVM. */
  private static Error impossible(Throwable e) {
    return e instanceof Error error ? error : new AssertionError(e);
  }
}
