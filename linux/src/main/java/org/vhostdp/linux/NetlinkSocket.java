package org.vhostdp.linux;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.ref.Reference;
import org.vhostdp.linux.generated.Libc;
import org.vhostdp.linux.generated.sockaddr_nl;

/**
 * An AF_NETLINK socket, mostly to the kernel's routing part, of the namespace of the thread that
 * opens.
 */
final class NetlinkSocket implements AutoCloseable {
  /** The kernel cuts dumps to the buffer it sees, at most 32 KiB; single links are far smaller. */
  private static final long BUFFER = 64 << 10;

  private final Fd fd;
  private final MemorySegment buffer = Arena.ofAuto().allocate(BUFFER, Long.BYTES);
  private final int flags;

  private NetlinkSocket(Fd fd, boolean nonBlocking) {
    this.fd = fd;
    flags = nonBlocking ? Libc.MSG_DONTWAIT() : 0;
  }

  /**
   * Opens and binds.
   *
   * @param groups RTMGRP_* to listen to
   */
  static NetlinkSocket open(int groups, boolean nonBlocking) throws LinuxException {
    return open(Libc.NETLINK_ROUTE(), groups, nonBlocking);
  }

  /**
   * The same to another part of the kernel.
   *
   * @param protocol NETLINK_*
   */
  static NetlinkSocket open(int protocol, int groups, boolean nonBlocking) throws LinuxException {
    CallState s = CallState.ofThread();
    int type = Libc.SOCK_RAW() | Libc.SOCK_CLOEXEC() | (nonBlocking ? Libc.SOCK_NONBLOCK() : 0);
    int raw = SocketCalls.socket(s, Libc.AF_NETLINK(), type, protocol);
    if (raw < 0) {
      throw new LinuxException("socket", "AF_NETLINK", -raw);
    }
    Fd fd = Fd.of(raw);
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment address = sockaddr_nl.allocate(arena);
      sockaddr_nl.nl_family(address, (short) Libc.AF_NETLINK());
      sockaddr_nl.nl_groups(address, groups);
      int result = SocketCalls.bind(s, raw, address);
      if (result < 0) {
        fd.close();
        throw new LinuxException("bind", "AF_NETLINK", -result);
      }
    }
    return new NetlinkSocket(fd, nonBlocking);
  }

  /** Sets an option of one int; the return value is 0 or -errno. */
  int set(int level, int option, int value) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment one = arena.allocateFrom(ValueLayout.JAVA_INT, value);
      return SocketOptionCalls.set(CallState.ofThread(), fd.raw(), level, option, one);
    }
  }

  /** Sends one request; 0 or -errno. */
  int send(MemorySegment request) {
    CallState s = CallState.ofThread();
    long result;
    try (Arena arena = Arena.ofConfined()) {
      int[] none = {};
      MemorySegment message = FdMessage.outgoing(arena, request, request.byteSize(), none);
      do {
        result = SocketCalls.send(s, fd.raw(), message, 0);
      } while (result == -Errno.EINTR);
    }
    return (int) Math.min(result, 0);
  }

  /**
   * Receives one datagram into {@code reader}, which is valid until the next call.
   *
   * @return 0 or -errno: EAGAIN when non-blocking and nothing waits, ENOBUFS when messages were
   *     lost, EMSGSIZE when the datagram was cut
   */
  int receive(NetlinkReader reader) {
    CallState s = CallState.ofThread();
    long result;
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment message = FdMessage.incoming(arena, buffer, BUFFER, 0);
      do {
        // MSG_TRUNC: the result is the datagram's true length, also when it was cut.
        result = SocketCalls.receive(s, fd.raw(), message, flags | Libc.MSG_TRUNC());
      } while (result == -Errno.EINTR);
    }
    Reference.reachabilityFence(buffer);
    if (result > BUFFER) {
      return -Errno.EMSGSIZE;
    }
    if (result < 0) {
      return (int) result;
    }
    reader.start(buffer, result);
    return 0;
  }

  Fd fd() {
    return fd;
  }

  @Override
  public void close() {
    fd.close();
  }
}
