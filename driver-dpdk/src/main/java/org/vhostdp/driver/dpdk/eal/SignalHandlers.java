package org.vhostdp.driver.dpdk.eal;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;

/** The process's handlers of all signals as they were, to be put back. */
final class SignalHandlers {
  private static final int SIGNALS = 64;
  private static final int SIGKILL = 9;
  private static final int SIGSTOP = 19;

  /** The signals that the C library keeps for itself. */
  private static final int FIRST_RESERVED = 32;

  private static final int LAST_RESERVED = 33;

  /** Bytes of struct sigaction: handler, mask, flags, restorer. */
  private static final long ACTION = 152;

  private static final MethodHandle SIGACTION =
      Linker.nativeLinker()
          .downcallHandle(
              Linker.nativeLinker().defaultLookup().findOrThrow("sigaction"),
              FunctionDescriptor.of(
                  ValueLayout.JAVA_INT,
                  ValueLayout.JAVA_INT,
                  ValueLayout.ADDRESS,
                  ValueLayout.ADDRESS));

  private final MemorySegment actions;

  private SignalHandlers(MemorySegment actions) {
    this.actions = actions;
  }

  static SignalHandlers save() {
    MemorySegment all = Arena.ofAuto().allocate(ACTION * (SIGNALS + 1), Long.BYTES);
    for (int signal = 1; signal <= SIGNALS; signal++) {
      if (isOurs(signal)) {
        call(signal, MemorySegment.NULL, all.asSlice(signal * ACTION, ACTION));
      }
    }
    return new SignalHandlers(all);
  }

  /** Puts back what differs. */
  void restore() {
    MemorySegment now = save().actions;
    for (int signal = 1; signal <= SIGNALS; signal++) {
      MemorySegment former = actions.asSlice(signal * ACTION, ACTION);
      if (isOurs(signal) && former.mismatch(now.asSlice(signal * ACTION, ACTION)) >= 0) {
        call(signal, former, MemorySegment.NULL);
      }
    }
  }

  private static boolean isOurs(int signal) {
    boolean reserved = signal >= FIRST_RESERVED && signal <= LAST_RESERVED;
    return signal != SIGKILL && signal != SIGSTOP && !reserved;
  }

  private static void call(int signal, MemorySegment next, MemorySegment former) {
    try {
      int failed = (int) SIGACTION.invokeExact(signal, next, former);
      if (failed != 0) {
        throw new IllegalStateException("sigaction failed for signal " + signal);
      }
    } catch (RuntimeException | Error e) {
      throw e;
    } catch (Throwable e) {
      throw new IllegalStateException("sigaction cannot be called: " + e.getMessage(), e);
    }
  }
}
