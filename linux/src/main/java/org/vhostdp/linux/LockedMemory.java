package org.vhostdp.linux;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import org.vhostdp.linux.generated.Libc;

/**
 * How much memory this process may lock (RLIMIT_MEMLOCK, getrlimit(2)), bytes; {@link #UNLIMITED}
 * for no limit. The limit is the whole process's.
 *
 * @param soft what holds now
 * @param hard what the process may raise it to by itself
 */
public record LockedMemory(long soft, long hard) {
  /** RLIM_INFINITY of sys/resource.h, as the kernel has it: the greatest unsigned number. */
  public static final long UNLIMITED = -1;

  /** RLIMIT_MEMLOCK of asm-generic/resource.h. */
  private static final int RESOURCE = 8;

  /** __NR_prlimit64 of asm/unistd_64.h on x86-64, as all numbers of the generated bindings. */
  private static final int NUMBER = 302;

  private static final MethodHandle PRLIMIT = Native.linkVariadic(Libc.syscall.address(), 1, 5);

  /** The limits now. */
  public static LockedMemory now() throws LinuxException {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment answer = arena.allocate(ValueLayout.JAVA_LONG, 2);
      call(MemorySegment.NULL, answer);
      return new LockedMemory(
          answer.getAtIndex(ValueLayout.JAVA_LONG, 0), answer.getAtIndex(ValueLayout.JAVA_LONG, 1));
    }
  }

  /**
   * Sets these limits.
   *
   * @throws LinuxException EPERM if the hard limit would rise without CAP_SYS_RESOURCE
   */
  public void apply() throws LinuxException {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment limits = arena.allocate(ValueLayout.JAVA_LONG, 2);
      limits.setAtIndex(ValueLayout.JAVA_LONG, 0, soft);
      limits.setAtIndex(ValueLayout.JAVA_LONG, 1, hard);
      call(limits, MemorySegment.NULL);
    }
  }

  /** Whether the soft limit allows that many bytes. */
  public boolean allows(long bytes) {
    return Long.compareUnsigned(soft, bytes) >= 0;
  }

  private static void call(MemorySegment set, MemorySegment got) throws LinuxException {
    CallState s = CallState.ofThread();
    long result = Native.callLong(PRLIMIT, s, NUMBER, 0L, RESOURCE, set.address(), got.address());
    if (result < 0) {
      throw new LinuxException("prlimit", "RLIMIT_MEMLOCK", (int) -result);
    }
  }
}
