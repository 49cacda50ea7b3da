package org.vhostdp.driver.afpacket;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemoryLayout.PathElement;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.StructLayout;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.VarHandle;
import java.util.Arrays;
import org.vhostdp.driver.afpacket.generated.Packet;
import org.vhostdp.linux.Errno;

/**
 * System calls of packet sockets. Results are those of the call, or -errno. Those that take a state
 * are for the hot path: they allocate nothing. Each thread, and each queue, has a state of its own.
 *
 * <p>All arguments are passed as 64-bit integers: in the calling conventions of x86-64 and AArch64
 * each of the first six has a register of its own, of which the callee reads what it declared.
 */
final class PacketCalls {
  private static final StructLayout STATE = Linker.Option.captureStateLayout();
  private static final VarHandle ERRNO = STATE.varHandle(PathElement.groupElement("errno"));

  private static final MethodHandle SOCKET = link(Packet.socket$address(), 3);
  private static final MethodHandle SETSOCKOPT = link(Packet.setsockopt$address(), 5);
  private static final MethodHandle GETSOCKOPT = link(Packet.getsockopt$address(), 5);
  private static final MethodHandle SENDTO = link(Packet.sendto$address(), 6);
  private static final MethodHandle SENDMSG = link(Packet.sendmsg$address(), 3);

  /**
   * Without errno: to keep it the linker slices the segment in each call, and where the compiler
   * does not see through that, it allocates.
   */
  private static final MethodHandle EPOLL_CTL =
      Linker.nativeLinker()
          .downcallHandle(
              Packet.epoll_ctl$address(),
              FunctionDescriptor.of(
                  ValueLayout.JAVA_LONG,
                  ValueLayout.JAVA_LONG,
                  ValueLayout.JAVA_LONG,
                  ValueLayout.JAVA_LONG,
                  ValueLayout.JAVA_LONG));

  private PacketCalls() {}

  private static MethodHandle link(MemorySegment function, int arguments) {
    MemoryLayout[] longs = new MemoryLayout[arguments];
    Arrays.fill(longs, ValueLayout.JAVA_LONG);
    return Linker.nativeLinker()
        .downcallHandle(
            function,
            FunctionDescriptor.of(ValueLayout.JAVA_LONG, longs),
            Linker.Option.captureCallState("errno"));
  }

  /** Where errno of a failed call is kept. */
  static MemorySegment state(Arena arena) {
    return arena.allocate(STATE);
  }

  /** A packet socket that receives nothing yet: non-blocking, close-on-exec. */
  static int socket() {
    int type = Packet.SOCK_RAW() | Packet.SOCK_NONBLOCK() | Packet.SOCK_CLOEXEC();
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment s = state(arena);
      return result(s, (long) SOCKET.invokeExact(s, (long) Packet.AF_PACKET(), (long) type, 0L));
    } catch (Throwable thrown) {
      throw unexpected(thrown);
    }
  }

  /** setsockopt(2) with a structure. */
  static int set(int fd, int level, int option, MemorySegment value) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment s = state(arena);
      return result(
          s,
          (long)
              SETSOCKOPT.invokeExact(
                  s, (long) fd, (long) level, (long) option, value.address(), value.byteSize()));
    } catch (Throwable thrown) {
      throw unexpected(thrown);
    }
  }

  /** setsockopt(2) with an int. */
  static int set(int fd, int level, int option, int value) {
    try (Arena arena = Arena.ofConfined()) {
      return set(fd, level, option, arena.allocateFrom(ValueLayout.JAVA_INT, value));
    }
  }

  /**
   * getsockopt(2), hot path.
   *
   * @param size an int that holds the value's size; overwritten
   */
  static int get(
      MemorySegment s, int fd, int level, int option, MemorySegment value, MemorySegment size) {
    size.set(ValueLayout.JAVA_INT, 0, (int) value.byteSize());
    try {
      return result(
          s,
          (long)
              GETSOCKOPT.invokeExact(
                  s, (long) fd, (long) level, (long) option, value.address(), size.address()));
    } catch (Throwable thrown) {
      throw unexpected(thrown);
    }
  }

  /**
   * Lets the kernel look at the transmit ring, hot path.
   *
   * @return bytes of the frames that it took, or -errno
   */
  static int kick(MemorySegment s, int fd) {
    int result;
    do {
      try {
        long flags = Packet.MSG_DONTWAIT();
        result = result(s, (long) SENDTO.invokeExact(s, (long) fd, 0L, 0L, flags, 0L, 0L));
      } catch (Throwable thrown) {
        throw unexpected(thrown);
      }
    } while (result == -Errno.EINTR);
    return result;
  }

  /** sendmsg(2), hot path; the message stays allocated meanwhile. */
  static int send(MemorySegment s, int fd, long message) {
    int result;
    do {
      try {
        long flags = Packet.MSG_DONTWAIT();
        result = result(s, (long) SENDMSG.invokeExact(s, (long) fd, message, flags));
      } catch (Throwable thrown) {
        throw unexpected(thrown);
      }
    } while (result == -Errno.EINTR);
    return result;
  }

  /** epoll_ctl(2), hot path; whether it was done. The event stays allocated meanwhile. */
  static boolean watch(int epoll, int operation, int fd, long event) {
    try {
      return (int) (long) EPOLL_CTL.invokeExact((long) epoll, (long) operation, (long) fd, event)
          == 0;
    } catch (Throwable thrown) {
      throw unexpected(thrown);
    }
  }

  /** The call returned an int: the upper half of its register means nothing. */
  private static int result(MemorySegment s, long returned) {
    int result = (int) returned;
    return result < 0 ? -(int) ERRNO.get(s, 0L) : result;
  }

  private static RuntimeException unexpected(Throwable thrown) {
    if (thrown instanceof RuntimeException runtime) {
      return runtime;
    }
    if (thrown instanceof Error error) {
      throw error;
    }
    return new IllegalStateException("A system call threw a checked exception.", thrown);
  }
}
