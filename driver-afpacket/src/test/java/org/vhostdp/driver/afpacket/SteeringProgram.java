package org.vhostdp.driver.afpacket;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import org.vhostdp.linux.Errno;
import org.vhostdp.linux.Fd;

/** Tiny eBPF programs, loaded by bpf(2) itself (linux/bpf.h). */
final class SteeringProgram {
  /** __NR_bpf on x86-64. */
  private static final long BPF = 321;

  private static final int PROG_LOAD = 5;
  private static final int OBJ_PIN = 6;
  private static final int SOCKET_FILTER = 1;
  private static final int ATTR = 48;

  /** {@code r0 = imm} and {@code exit}. */
  private static final long MOV_R0 = 0xB7;

  private static final long EXIT = 0x95;

  private SteeringProgram() {}

  /** A program that always returns this; the test is skipped where none can be loaded. */
  static Fd choosing(int queue) throws Exception {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment program = arena.allocate(16, 8);
      program.set(ValueLayout.JAVA_LONG, 0, MOV_R0 | (long) queue << 32);
      program.set(ValueLayout.JAVA_LONG, 8, EXIT);
      MemorySegment attr = arena.allocate(ATTR, 8);
      attr.set(ValueLayout.JAVA_INT, 0, SOCKET_FILTER);
      attr.set(ValueLayout.JAVA_INT, 4, 2);
      attr.set(ValueLayout.JAVA_LONG, 8, program.address());
      attr.set(ValueLayout.JAVA_LONG, 16, arena.allocateFrom("GPL").address());
      MemorySegment state = arena.allocate(Linker.Option.captureStateLayout());
      long fd = call(PROG_LOAD, state, attr);
      int errno = state.get(ValueLayout.JAVA_INT, 0);
      PacketLab.needs(fd >= 0, "bpf(2) loads no programs here: " + Errno.name(errno));
      return Fd.of((int) fd);
    }
  }

  /** Pins a program in a bpf file system. */
  static void pin(Fd program, String path) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment attr = arena.allocate(ATTR, 8);
      attr.set(ValueLayout.JAVA_LONG, 0, arena.allocateFrom(path).address());
      attr.set(ValueLayout.JAVA_INT, 8, program.raw());
      MemorySegment state = arena.allocate(Linker.Option.captureStateLayout());
      long result = call(OBJ_PIN, state, attr);
      int errno = state.get(ValueLayout.JAVA_INT, 0);
      assertTrue(result >= 0, () -> "nothing is pinned at " + path + ": " + Errno.name(errno));
    }
  }

  private static long call(int command, MemorySegment state, MemorySegment attr) {
    Linker linker = Linker.nativeLinker();
    MethodHandle syscall =
        linker.downcallHandle(
            linker.defaultLookup().find("syscall").orElseThrow(),
            FunctionDescriptor.of(
                ValueLayout.JAVA_LONG,
                ValueLayout.JAVA_LONG,
                ValueLayout.JAVA_LONG,
                ValueLayout.ADDRESS,
                ValueLayout.JAVA_LONG),
            Linker.Option.captureCallState("errno"),
            Linker.Option.firstVariadicArg(1));
    try {
      return (long) syscall.invokeExact(state, BPF, (long) command, attr, (long) ATTR);
    } catch (Throwable e) {
      throw new IllegalStateException(e);
    }
  }
}
