package org.vhostdp.linux;

import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import org.vhostdp.linux.generated.Libc;

/** Sockets; results of zero or more, or -errno. */
final class SocketCalls {
  private static final MethodHandle SOCKET =
      Native.link(Libc.socket$address(), Libc.socket$descriptor());
  private static final MethodHandle SOCKETPAIR =
      Native.link(Libc.socketpair$address(), Libc.socketpair$descriptor());
  private static final MethodHandle BIND = Native.link(Libc.bind$address(), Libc.bind$descriptor());
  private static final MethodHandle CONNECT =
      Native.link(Libc.connect$address(), Libc.connect$descriptor());
  private static final MethodHandle LISTEN =
      Native.link(Libc.listen$address(), Libc.listen$descriptor());
  private static final MethodHandle ACCEPT4 =
      Native.link(Libc.accept4$address(), Libc.accept4$descriptor());
  private static final MethodHandle SENDMSG =
      Native.link(Libc.sendmsg$address(), Libc.sendmsg$descriptor());
  private static final MethodHandle RECVMSG =
      Native.link(Libc.recvmsg$address(), Libc.recvmsg$descriptor());
  private static final MethodHandle SHUTDOWN =
      Native.link(Libc.shutdown$address(), Libc.shutdown$descriptor());

  private SocketCalls() {}

  static int socket(CallState s, int family, int type, int protocol) {
    return Native.call(SOCKET, s, family, type, protocol);
  }

  static int pair(CallState s, int family, int type, MemorySegment twoFds) {
    return Native.call(SOCKETPAIR, s, family, type, 0, twoFds.address());
  }

  static int bind(CallState s, int fd, MemorySegment address) {
    return Native.call(BIND, s, fd, address.address(), address.byteSize());
  }

  static int connect(CallState s, int fd, MemorySegment address) {
    return Native.call(CONNECT, s, fd, address.address(), address.byteSize());
  }

  static int listen(CallState s, int fd, int backlog) {
    return Native.call(LISTEN, s, fd, backlog);
  }

  static int accept(CallState s, int fd, int flags) {
    return Native.call(ACCEPT4, s, fd, 0L, 0L, flags);
  }

  static long send(CallState s, int fd, MemorySegment message, int flags) {
    return Native.callLong(SENDMSG, s, fd, message.address(), flags);
  }

  static long receive(CallState s, int fd, MemorySegment message, int flags) {
    return Native.callLong(RECVMSG, s, fd, message.address(), flags);
  }

  static int shutdown(CallState s, int fd, int how) {
    return Native.call(SHUTDOWN, s, fd, how);
  }
}
