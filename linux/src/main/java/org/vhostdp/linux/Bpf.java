package org.vhostdp.linux;

import java.lang.foreign.MemorySegment;

/** bpf(2) for drivers that load programs of their own. */
public final class Bpf {
  /** The verifier gives up with EAGAIN when its thread has a signal pending, as JVMs send them. */
  private static final int TRIES = 10;

  private Bpf() {}

  /**
   * One command; tried again a few times if the kernel says EAGAIN.
   *
   * @param command of {@code enum bpf_cmd}, linux/bpf.h
   * @param attr the part of {@code union bpf_attr} that the command looks at, native memory; all
   *     that it points to outlives the call
   * @return zero or more, often a descriptor (close-on-exec) that is the caller's; or -errno
   */
  public static int call(int command, MemorySegment attr) {
    int result = -Errno.EAGAIN;
    for (int i = 0; i < TRIES && result == -Errno.EAGAIN; i++) {
      result = BpfCalls.bpf(CallState.ofThread(), command, attr);
    }
    return result;
  }
}
