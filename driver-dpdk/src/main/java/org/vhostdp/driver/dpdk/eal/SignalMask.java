package org.vhostdp.driver.dpdk.eal;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;

/**
 * Blocks the signals that the JVM handles on behalf of the process in the calling thread, and so in
 * the threads that EAL starts from it: those never run a handler of the JVM's. Signals by which the
 * JVM works in this very thread (SIGSEGV and the like) stay open.
 */
final class SignalMask {
  private static final int SIG_BLOCK = 0;
  private static final int SIG_SETMASK = 2;

  /** Bytes of sigset_t. */
  private static final long SET = 128;

  /** SIGQUIT, SIGILL, SIGTRAP, SIGABRT, SIGBUS, SIGFPE, SIGSEGV: bit number - 1. */
  private static final long OPEN =
      1L << 2 | 1L << 3 | 1L << 4 | 1L << 5 | 1L << 6 | 1L << 7 | 1L << 10;

  private SignalMask() {}

  /** Runs with the signals blocked. */
  static void with(Runnable task) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment blocked = arena.allocate(SET, Long.BYTES);
      MemorySegment former = arena.allocate(SET, Long.BYTES);
      blocked.set(ValueLayout.JAVA_LONG, 0, ~OPEN);
      change(SIG_BLOCK, blocked, former);
      try {
        task.run();
      } finally {
        change(SIG_SETMASK, former, MemorySegment.NULL);
      }
    }
  }

  private static void change(int how, MemorySegment set, MemorySegment former) {
    Linker linker = Linker.nativeLinker();
    MethodHandle handle =
        linker.downcallHandle(
            linker.defaultLookup().findOrThrow("pthread_sigmask"),
            FunctionDescriptor.of(
                ValueLayout.JAVA_INT,
                ValueLayout.JAVA_INT,
                ValueLayout.ADDRESS,
                ValueLayout.ADDRESS));
    try {
      int failed = (int) handle.invokeExact(how, set, former);
      if (failed != 0) {
        throw new IllegalStateException("pthread_sigmask failed with " + failed);
      }
    } catch (RuntimeException | Error e) {
      throw e;
    } catch (Throwable e) {
      throw new IllegalStateException("pthread_sigmask cannot be called: " + e.getMessage(), e);
    }
  }
}
