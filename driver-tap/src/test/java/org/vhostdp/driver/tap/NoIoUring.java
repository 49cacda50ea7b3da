package org.vhostdp.driver.tap;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import org.junit.jupiter.api.Assertions;

/** What many containers do to io_uring: a seccomp filter, here on one thread, for its life. */
final class NoIoUring {
  private static final int PR_SET_SECCOMP = 22;
  private static final int PR_SET_NO_NEW_PRIVS = 38;
  private static final int SECCOMP_MODE_FILTER = 2;
  private static final int IO_URING_SETUP = 425;

  private NoIoUring() {}

  /** Makes io_uring_setup(2) fail on the calling thread and those it starts. */
  static void onThisThread(int errno) throws Throwable {
    Linker linker = Linker.nativeLinker();
    MethodHandle prctl =
        linker.downcallHandle(
            linker.defaultLookup().findOrThrow("prctl"),
            FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG),
            Linker.Option.firstVariadicArg(1));
    try (Arena arena = Arena.ofConfined()) {
      // linux/filter.h, linux/seccomp.h: load the call's number; if it is this one, errno.
      MemorySegment filter = arena.allocate(JAVA_LONG, 4);
      instruction(filter, 0, 0x20, 0, 0);
      instruction(filter, 1, 0x15, 1, IO_URING_SETUP);
      instruction(filter, 2, 0x06, 0, 0x00050000 | errno);
      instruction(filter, 3, 0x06, 0, 0x7fff0000);
      MemorySegment program = arena.allocate(16, 8);
      program.set(JAVA_SHORT, 0, (short) 4);
      program.set(ADDRESS, 8, filter);
      Assertions.assertEquals(0, (int) prctl.invokeExact(PR_SET_NO_NEW_PRIVS, 1L, 0L, 0L, 0L));
      long mode = SECCOMP_MODE_FILTER;
      int result = (int) prctl.invokeExact(PR_SET_SECCOMP, mode, program.address(), 0L, 0L);
      Assertions.assertEquals(0, result);
    }
  }

  private static void instruction(MemorySegment filter, int i, int code, int otherwise, int k) {
    filter.set(JAVA_SHORT, 8L * i, (short) code);
    filter.set(JAVA_BYTE, 8L * i + 3, (byte) otherwise);
    filter.set(JAVA_INT, 8L * i + 4, k);
  }
}
