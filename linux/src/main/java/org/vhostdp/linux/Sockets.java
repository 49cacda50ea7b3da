package org.vhostdp.linux;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import org.vhostdp.linux.generated.Libc;
import org.vhostdp.linux.generated.sockaddr_ll;

/** Sockets below IP. */
public final class Sockets {
  private Sockets() {}

  /**
   * socket(2), with SOCK_CLOEXEC added, in the calling thread's network namespace.
   *
   * @param what the family's name, for messages
   * @param type SOCK_RAW and the like, with SOCK_NONBLOCK or not
   * @return the caller's
   * @throws LinuxException EPERM without the capability that the family asks for, EAFNOSUPPORT if
   *     the kernel lacks it
   */
  public static Fd open(String what, int family, int type, int protocol) throws LinuxException {
    CallState s = CallState.ofThread();
    int raw = SocketCalls.socket(s, family, type | Libc.SOCK_CLOEXEC(), protocol);
    if (raw < 0) {
      throw new LinuxException("socket", what, -raw);
    }
    return Fd.of(raw);
  }

  /** setsockopt(2) with the whole of {@code value}, native memory; 0 or -errno. */
  public static int set(int fd, int level, int name, MemorySegment value) {
    return SocketOptionCalls.set(CallState.ofThread(), fd, level, name, value);
  }

  /** setsockopt(2) with a number; 0 or -errno. */
  public static int set(int fd, int level, int name, int value) {
    try (Arena arena = Arena.ofConfined()) {
      return set(fd, level, name, arena.allocateFrom(ValueLayout.JAVA_INT, value));
    }
  }

  /**
   * getsockopt(2).
   *
   * @param value native memory, filled from its start
   * @return how many bytes were written, or -errno
   */
  public static int get(int fd, int level, int name, MemorySegment value) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment size = arena.allocateFrom(ValueLayout.JAVA_INT, (int) value.byteSize());
      int result = SocketOptionCalls.get(CallState.ofThread(), fd, level, name, value, size);
      return result < 0 ? result : size.get(ValueLayout.JAVA_INT, 0);
    }
  }

  /** bind(2) to an address, the whole of a native {@code struct sockaddr_*}; 0 or -errno. */
  public static int bind(int fd, MemorySegment address) {
    return SocketCalls.bind(CallState.ofThread(), fd, address);
  }

  /**
   * Binds a packet socket to an interface (packet(7)).
   *
   * @param ifindex the interface's number, {@link Netlink.Link#index}
   * @param protocol an EtherType in the machine's order, ETH_P_ALL for all, or 0 to receive nothing
   * @return 0 or -errno
   */
  public static int bindPacket(int fd, int ifindex, int protocol) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment address = sockaddr_ll.allocate(arena);
      sockaddr_ll.sll_family(address, (short) Libc.AF_PACKET());
      sockaddr_ll.sll_protocol(address, networkOrder(protocol));
      sockaddr_ll.sll_ifindex(address, ifindex);
      return bind(fd, address);
    }
  }

  /**
   * A raw AF_PACKET socket on one interface of the calling thread's network namespace: each read
   * gives, each write sends one whole frame, Ethernet header first. Frames sent by this host are
   * not given. Needs CAP_NET_RAW.
   *
   * @param ifindex the interface's number, {@link Netlink.Link#index}
   */
  public static Fd packet(int ifindex, boolean nonBlocking) throws LinuxException {
    CallState s = CallState.ofThread();
    int type = Libc.SOCK_RAW() | Libc.SOCK_CLOEXEC() | (nonBlocking ? Libc.SOCK_NONBLOCK() : 0);
    // Protocol 0 receives nothing until bind names the interface: no stranger's frames in between.
    int raw = SocketCalls.socket(s, Libc.AF_PACKET(), type, 0);
    if (raw < 0) {
      throw new LinuxException("socket", "AF_PACKET", -raw);
    }
    Fd fd = Fd.of(raw);
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment one = arena.allocateFrom(ValueLayout.JAVA_INT, 1);
      int ignore = Libc.PACKET_IGNORE_OUTGOING();
      check(ifindex, "setsockopt", SocketOptionCalls.set(s, raw, Libc.SOL_PACKET(), ignore, one));
      check(ifindex, "bind", bindPacket(raw, ifindex, Libc.ETH_P_ALL()));
      return fd;
    } catch (LinuxException failed) {
      fd.close();
      throw failed;
    }
  }

  private static short networkOrder(int value) {
    return ValueLayout.JAVA_SHORT.order() == ByteOrder.BIG_ENDIAN
        ? (short) value
        : Short.reverseBytes((short) value);
  }

  private static void check(int ifindex, String call, int result) throws LinuxException {
    if (result < 0) {
      throw new LinuxException(call, "AF_PACKET on interface " + ifindex, -result);
    }
  }
}
