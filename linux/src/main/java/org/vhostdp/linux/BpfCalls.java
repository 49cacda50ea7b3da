package org.vhostdp.linux;

import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import org.vhostdp.linux.generated.Libc;

/** bpf(2), which glibc has no name for; zero or more, or -errno. */
final class BpfCalls {
  /** Command: enum bpf_cmd of linux/bpf.h. */
  static final int OBJ_GET = 7;

  /** __NR_bpf of asm/unistd_64.h on x86-64, as all numbers of the generated bindings. */
  private static final int NUMBER = 321;

  private static final MethodHandle BPF = Native.linkVariadic(Libc.syscall.address(), 1, 4);

  private BpfCalls() {}

  static int bpf(CallState s, int command, MemorySegment attr) {
    return (int) Native.callLong(BPF, s, NUMBER, command, attr.address(), attr.byteSize());
  }
}
