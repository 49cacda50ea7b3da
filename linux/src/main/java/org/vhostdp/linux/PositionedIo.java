package org.vhostdp.linux;

import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.lang.ref.Reference;
import org.vhostdp.linux.generated.Libc;

/**
 * Reading and writing at a place in a file, as {@link Io} otherwise: no allocation, no exception
 * for what the kernel refuses, EINTR repeated, any thread with a state of its own. Files of devices
 * take the place for a register's address.
 */
public final class PositionedIo {
  /** __NR_pread64 of asm/unistd_64.h on x86-64, as all numbers of the generated bindings. */
  private static final long PREAD = 17;

  /** __NR_pwrite64 of asm/unistd_64.h on x86-64. */
  private static final long PWRITE = 18;

  private static final MethodHandle CALL = Native.linkVariadic(Libc.syscall.address(), 1, 5);

  private PositionedIo() {}

  /**
   * pread(2).
   *
   * @param buffer native memory; {@code length} bytes of it from its start may be written
   * @param offset bytes into the file
   * @return bytes read, 0 at the end, or -errno
   * @throws IndexOutOfBoundsException if the buffer is shorter than {@code length}
   */
  public static long read(CallState s, int fd, MemorySegment buffer, long length, long offset) {
    return call(PREAD, s, fd, buffer, length, offset);
  }

  /**
   * pwrite(2).
   *
   * @param buffer native memory; {@code length} bytes of it from its start are written out
   * @param offset bytes into the file
   * @return bytes written or -errno
   * @throws IndexOutOfBoundsException if the buffer is shorter than {@code length}
   */
  public static long write(CallState s, int fd, MemorySegment buffer, long length, long offset) {
    return call(PWRITE, s, fd, buffer, length, offset);
  }

  private static long call(
      long number, CallState s, int fd, MemorySegment buffer, long length, long offset) {
    long address = Native.address(buffer, length);
    long result;
    do {
      try {
        result = (long) CALL.invokeExact(s.segment(), number, (long) fd, address, length, offset);
      } catch (Throwable thrown) {
        throw Native.unexpected(thrown);
      }
      result = result < 0 ? -s.errno() : result;
    } while (result == -Errno.EINTR);
    Reference.reachabilityFence(buffer);
    return result;
  }
}
