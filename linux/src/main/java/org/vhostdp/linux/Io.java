package org.vhostdp.linux;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.ref.Reference;
import org.vhostdp.linux.generated.Libc;
import org.vhostdp.linux.generated.iovec;
import org.vhostdp.linux.generated.stat;

/**
 * Reading, writing and controlling descriptors.
 *
 * <p>The methods that take a {@link CallState} are for the hot path: they do not allocate and do
 * not throw for what the kernel refuses. They return a result of zero or more, or -errno, and
 * repeat the call after EINTR. Any thread may call them, each with a state of its own. Memory
 * handed to them must stay allocated until they return; the kernel writes to it by address.
 */
public final class Io {
  private Io() {}

  /**
   * read(2).
   *
   * @param buffer native memory; {@code length} bytes of it from its start may be written
   * @return bytes read, 0 at the end, or -errno
   * @throws IndexOutOfBoundsException if the buffer is shorter than {@code length}
   */
  public static long read(CallState s, int fd, MemorySegment buffer, long length) {
    long address = Native.address(buffer, length);
    long result;
    do {
      result = FileCalls.read(s, fd, address, length);
    } while (result == -Errno.EINTR);
    Reference.reachabilityFence(buffer);
    return result;
  }

  /**
   * write(2).
   *
   * @param buffer native memory; {@code length} bytes of it from its start are written out
   * @return bytes written or -errno
   * @throws IndexOutOfBoundsException if the buffer is shorter than {@code length}
   */
  public static long write(CallState s, int fd, MemorySegment buffer, long length) {
    long address = Native.address(buffer, length);
    long result;
    do {
      result = FileCalls.write(s, fd, address, length);
    } while (result == -Errno.EINTR);
    Reference.reachabilityFence(buffer);
    return result;
  }

  /**
   * readv(2).
   *
   * @param iovecs {@code count} times {u64 address, u64 length in bytes}; the caller vouches for
   *     the addresses
   * @return bytes read, 0 at the end, or -errno
   * @throws IndexOutOfBoundsException if the segment holds fewer than {@code count} entries
   */
  public static long readv(CallState s, int fd, MemorySegment iovecs, int count) {
    long address = Native.address(iovecs, count * iovec.sizeof());
    long result;
    do {
      result = FileCalls.readv(s, fd, address, count);
    } while (result == -Errno.EINTR);
    Reference.reachabilityFence(iovecs);
    return result;
  }

  /**
   * writev(2).
   *
   * @param iovecs {@code count} times {u64 address, u64 length in bytes}; the caller vouches for
   *     the addresses
   * @return bytes written or -errno
   * @throws IndexOutOfBoundsException if the segment holds fewer than {@code count} entries
   */
  public static long writev(CallState s, int fd, MemorySegment iovecs, int count) {
    long address = Native.address(iovecs, count * iovec.sizeof());
    long result;
    do {
      result = FileCalls.writev(s, fd, address, count);
    } while (result == -Errno.EINTR);
    Reference.reachabilityFence(iovecs);
    return result;
  }

  /**
   * ioctl(2) with a pointer.
   *
   * @param argument native memory as large as the request demands; the request's number says how
   *     large, so a shorter segment is refused
   * @return the call's result, or -errno
   * @throws IndexOutOfBoundsException if the segment is smaller than the size encoded in the
   *     request
   */
  public static int ioctl(CallState s, int fd, long request, MemorySegment argument) {
    // _IOC_SIZE: bits 16-29 of the request (asm-generic/ioctl.h); 0 for requests of the old style.
    long address = Native.address(argument, (request >>> 16) & 0x3fff);
    int result = ioctl(s, fd, request, address);
    Reference.reachabilityFence(argument);
    return result;
  }

  /**
   * ioctl(2) with a number.
   *
   * @return the call's result, or -errno
   */
  public static int ioctl(CallState s, int fd, long request, long argument) {
    int result;
    do {
      result = FileCalls.ioctl(s, fd, request, argument);
    } while (result == -Errno.EINTR);
    return result;
  }

  /**
   * open(2), with O_CLOEXEC added.
   *
   * @param flags O_RDONLY (0), O_RDWR (2), ... as in the kernel's fcntl.h
   * @param mode permissions of a file that is created
   */
  public static Fd open(String path, int flags, int mode) throws LinuxException {
    CallState s = CallState.ofThread();
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment name = arena.allocateFrom(path);
      int result;
      do {
        result = PathCalls.open(s, name, flags | Libc.O_CLOEXEC(), mode);
      } while (result == -Errno.EINTR);
      if (result < 0) {
        throw new LinuxException("open", path, -result);
      }
      return Fd.of(result);
    }
  }

  /** The size of a file or memfd in bytes, by fstat(2). */
  public static long size(int fd) throws LinuxException {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment answer = stat.allocate(arena);
      int result = PathCalls.fstat(CallState.ofThread(), fd, answer);
      if (result < 0) {
        throw new LinuxException("fstat", "descriptor " + fd, -result);
      }
      return stat.st_size(answer);
    }
  }

  /** Sets or clears O_NONBLOCK, which all duplicates of the descriptor share. */
  public static void setNonBlocking(int fd, boolean on) throws LinuxException {
    CallState s = CallState.ofThread();
    int flags = PathCalls.fcntl(s, fd, Libc.F_GETFL(), 0);
    if (flags < 0) {
      throw new LinuxException("fcntl F_GETFL", "descriptor " + fd, -flags);
    }
    int wanted = on ? flags | Libc.O_NONBLOCK() : flags & ~Libc.O_NONBLOCK();
    int result = wanted == flags ? 0 : PathCalls.fcntl(s, fd, Libc.F_SETFL(), wanted);
    if (result < 0) {
      throw new LinuxException("fcntl F_SETFL", "descriptor " + fd, -result);
    }
  }
}
