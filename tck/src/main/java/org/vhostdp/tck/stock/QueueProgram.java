package org.vhostdp.tck.stock;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import org.vhostdp.linux.Bpf;
import org.vhostdp.linux.Fd;
import org.vhostdp.linux.LinuxException;

/** A socket filter of the kernel's that chooses one queue for every frame (linux/bpf.h, bpf(2)). */
final class QueueProgram {
  /** What drivers that take such a program call it. */
  static final String KIND = "ebpf-fd";

  private static final int PROG_LOAD = 5;
  private static final int SOCKET_FILTER = 1;

  /** Bytes of union bpf_attr up to log_buf and kern_version. */
  private static final int ATTR = 48;

  /** {@code r0 = imm} and {@code exit}. */
  private static final long MOV_R0 = 0xB7;

  private static final long EXIT = 0x95;

  private QueueProgram() {}

  /** Loads it; the descriptor is the caller's. */
  static Fd choosing(int queue) throws LinuxException {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment program = arena.allocate(2L * Long.BYTES, Long.BYTES);
      program.set(ValueLayout.JAVA_LONG, 0, MOV_R0 | (long) queue << Integer.SIZE);
      program.set(ValueLayout.JAVA_LONG, Long.BYTES, EXIT);
      MemorySegment attr = arena.allocate(ATTR, Long.BYTES);
      attr.set(ValueLayout.JAVA_INT, 0, SOCKET_FILTER);
      attr.set(ValueLayout.JAVA_INT, 4, 2);
      attr.set(ValueLayout.JAVA_LONG, 8, program.address());
      attr.set(ValueLayout.JAVA_LONG, 16, arena.allocateFrom("GPL").address());
      int result = Bpf.call(PROG_LOAD, attr);
      if (result < 0) {
        throw new LinuxException("bpf BPF_PROG_LOAD", "a program that chooses a queue", -result);
      }
      return Fd.of(result);
    }
  }
}
