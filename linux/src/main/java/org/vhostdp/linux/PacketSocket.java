package org.vhostdp.linux;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import org.vhostdp.linux.generated.Libc;
import org.vhostdp.linux.generated.cmsghdr;
import org.vhostdp.linux.generated.iovec;
import org.vhostdp.linux.generated.msghdr;
import org.vhostdp.linux.generated.tpacket_auxdata;

/**
 * A raw AF_PACKET socket that gives and takes what the kernel knows about a frame beside its bytes:
 * a {@code struct virtio_net_hdr} with each (PACKET_VNET_HDR), and the VLAN tag that the kernel
 * took out of a received one (PACKET_AUXDATA). Frames that this host sends on the interface are not
 * given. Sent frames go past the interface's queueing discipline, so that {@link #send} knows
 * whether the device took them, unless {@link #bypass} says otherwise.
 *
 * <p>Non-blocking, for control threads: calls allocate. One thread may send while another receives.
 * Source: packet(7), linux/if_packet.h, linux/virtio_net.h.
 */
public final class PacketSocket implements AutoCloseable {
  /** Bytes of a struct virtio_net_hdr, in the machine's byte order. */
  public static final int HEADER = 10;

  /** The longest frame: an IP packet of 65,535 bytes with its Ethernet header, and more. */
  private static final int LONGEST = 70_000;

  private static final long CONTROL = cmsghdr.sizeof() + 24;

  private final Fd fd;
  private final Arena arena = Arena.ofAuto();
  private final CallState sending = new CallState(arena);
  private final CallState receiving = new CallState(arena);
  private final MemorySegment out = arena.allocate(HEADER + LONGEST, Long.BYTES);
  private final MemorySegment in = arena.allocate(HEADER + LONGEST, Long.BYTES);
  private final MemorySegment control = arena.allocate(CONTROL, Long.BYTES);
  private final MemorySegment message = msghdr.allocate(arena);

  /**
   * A received frame.
   *
   * @param header the struct virtio_net_hdr
   * @param frame the bytes, without a VLAN tag that {@code tagged} tells of
   * @param tagged whether the frame came with a VLAN tag in front of what stands at byte 12
   * @param tpid the tag's protocol, 0x8100 or 0x88a8
   * @param tci the tag's control information
   */
  public record Received(byte[] header, byte[] frame, boolean tagged, int tpid, int tci) {}

  private PacketSocket(Fd fd) {
    this.fd = fd;
    MemorySegment vector = iovec.allocate(arena);
    iovec.iov_base(vector, in);
    iovec.iov_len(vector, in.byteSize());
    msghdr.msg_iov(message, vector);
    msghdr.msg_iovlen(message, 1);
    msghdr.msg_control(message, control);
  }

  /**
   * A socket of the calling thread's network namespace; it receives nothing until {@link #bind}.
   * Needs CAP_NET_RAW.
   *
   * @param receiveBytes room for frames that wait, as the kernel counts it; without CAP_NET_ADMIN
   *     in the first user namespace it is cut to net.core.rmem_max
   */
  public static PacketSocket open(int receiveBytes) throws LinuxException {
    int type = Libc.SOCK_RAW() | Libc.SOCK_CLOEXEC() | Libc.SOCK_NONBLOCK();
    int raw = SocketCalls.socket(CallState.ofThread(), Libc.AF_PACKET(), type, 0);
    if (raw < 0) {
      throw new LinuxException("socket", "AF_PACKET", -raw);
    }
    PacketSocket socket = new PacketSocket(Fd.of(raw));
    try {
      socket.set("PACKET_IGNORE_OUTGOING", Libc.SOL_PACKET(), Libc.PACKET_IGNORE_OUTGOING(), 1);
      socket.set("PACKET_VNET_HDR", Libc.SOL_PACKET(), Libc.PACKET_VNET_HDR(), 1);
      socket.set("PACKET_AUXDATA", Libc.SOL_PACKET(), Libc.PACKET_AUXDATA(), 1);
      socket.set("PACKET_QDISC_BYPASS", Libc.SOL_PACKET(), Libc.PACKET_QDISC_BYPASS(), 1);
      // The kernel doubles what it is asked for.
      int asked = receiveBytes / 2;
      if (socket.trySet(Libc.SOL_SOCKET(), Libc.SO_RCVBUFFORCE(), asked) < 0) {
        socket.set("SO_RCVBUF", Libc.SOL_SOCKET(), Libc.SO_RCVBUF(), asked);
      }
      return socket;
    } catch (LinuxException failed) {
      socket.close();
      throw failed;
    }
  }

  /**
   * Whether sent frames go past the interface's queueing discipline, which they do unless told
   * otherwise. Past it, the processor that sends chooses the transmit queue; through it, the flow.
   */
  public void bypass(boolean past) throws LinuxException {
    set("PACKET_QDISC_BYPASS", Libc.SOL_PACKET(), Libc.PACKET_QDISC_BYPASS(), past ? 1 : 0);
  }

  private void set(String name, int level, int option, int value) throws LinuxException {
    int result = trySet(level, option, value);
    if (result < 0) {
      throw new LinuxException("setsockopt " + name, "AF_PACKET", -result);
    }
  }

  private int trySet(int level, int option, int value) {
    try (Arena confined = Arena.ofConfined()) {
      MemorySegment one = confined.allocateFrom(ValueLayout.JAVA_INT, value);
      return SocketOptionCalls.set(CallState.ofThread(), fd.raw(), level, option, one);
    }
  }

  /** Room for frames that wait, bytes as the kernel counts it: more than the frames' own. */
  public int receiveBytes() throws LinuxException {
    try (Arena confined = Arena.ofConfined()) {
      MemorySegment value = confined.allocate(ValueLayout.JAVA_INT);
      MemorySegment size = confined.allocateFrom(ValueLayout.JAVA_INT, Integer.BYTES);
      int result =
          SocketOptionCalls.get(
              CallState.ofThread(), fd.raw(), Libc.SOL_SOCKET(), Libc.SO_RCVBUF(), value, size);
      if (result < 0) {
        throw new LinuxException("getsockopt SO_RCVBUF", "AF_PACKET", -result);
      }
      return value.get(ValueLayout.JAVA_INT, 0);
    }
  }

  /**
   * Sends and receives on an interface from now on, instead of the one before. Frames that wait
   * stay.
   *
   * @param ifindex the interface's number, {@link Netlink.Link#index}
   */
  public void bind(int ifindex) throws LinuxException {
    int result = Sockets.bindPacket(fd.raw(), ifindex, Libc.ETH_P_ALL());
    if (result < 0) {
      throw new LinuxException("bind", "AF_PACKET on interface " + ifindex, -result);
    }
  }

  /**
   * Sends a frame.
   *
   * @param header a struct virtio_net_hdr, {@link #HEADER} bytes
   * @param frame at most 70,000 bytes, Ethernet header first
   * @return 0, or -errno: EAGAIN or ENOBUFS if there is no room, EMSGSIZE if it is longer than the
   *     interface sends, EINVAL if the header does not fit the frame, ENETDOWN or ENXIO if the
   *     interface is off or gone
   */
  public int send(byte[] header, byte[] frame) {
    MemorySegment.copy(header, 0, out, ValueLayout.JAVA_BYTE, 0, HEADER);
    MemorySegment.copy(frame, 0, out, ValueLayout.JAVA_BYTE, HEADER, frame.length);
    return (int) Math.min(0, Io.write(sending, fd.raw(), out, HEADER + (long) frame.length));
  }

  /**
   * The next frame.
   *
   * @return null if none waits
   * @throws LinuxException ENETDOWN once after the interface went down or away; EINVAL for a frame
   *     whose kind of segmentation has no name in the header, which is lost
   */
  public Received receive() throws LinuxException {
    msghdr.msg_controllen(message, CONTROL);
    long result;
    do {
      result = SocketCalls.receive(receiving, fd.raw(), message, 0);
    } while (result == -Errno.EINTR);
    if (result == -Errno.EAGAIN) {
      return null;
    }
    if (result < 0) {
      throw new LinuxException("recvmsg", "AF_PACKET", (int) -result);
    }
    byte[] header = in.asSlice(0, HEADER).toArray(ValueLayout.JAVA_BYTE);
    byte[] frame = in.asSlice(HEADER, result - HEADER).toArray(ValueLayout.JAVA_BYTE);
    MemorySegment auxiliary = auxiliary();
    int status = auxiliary == null ? 0 : tpacket_auxdata.tp_status(auxiliary);
    if ((status & Libc.TP_STATUS_VLAN_VALID()) == 0) {
      return new Received(header, frame, false, 0, 0);
    }
    int tpid = tpacket_auxdata.tp_vlan_tpid(auxiliary) & 0xFFFF;
    int tci = tpacket_auxdata.tp_vlan_tci(auxiliary) & 0xFFFF;
    return new Received(header, frame, true, tpid, tci);
  }

  private MemorySegment auxiliary() {
    long needed = cmsghdr.sizeof() + tpacket_auxdata.sizeof();
    boolean there =
        msghdr.msg_controllen(message) >= needed
            && cmsghdr.cmsg_level(control) == Libc.SOL_PACKET()
            && cmsghdr.cmsg_type(control) == Libc.PACKET_AUXDATA();
    return there ? control.asSlice(cmsghdr.sizeof(), tpacket_auxdata.sizeof()) : null;
  }

  /** Its descriptor, readable when frames wait; owned by this object. */
  public Fd fd() {
    return fd;
  }

  /** Closes the socket; again does nothing. */
  @Override
  public void close() {
    fd.close();
  }
}
