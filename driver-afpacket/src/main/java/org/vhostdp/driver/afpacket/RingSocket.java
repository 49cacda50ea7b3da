package org.vhostdp.driver.afpacket;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import org.vhostdp.driver.afpacket.generated.Packet;
import org.vhostdp.driver.afpacket.generated.packet_mreq;
import org.vhostdp.driver.afpacket.generated.tpacket_req;
import org.vhostdp.driver.afpacket.generated.tpacket_req3;
import org.vhostdp.linux.Errno;
import org.vhostdp.linux.Fd;
import org.vhostdp.linux.LinuxException;
import org.vhostdp.linux.Mapping;
import org.vhostdp.linux.Sockets;
import org.vhostdp.spi.DriverException;

/**
 * A packet socket with a mapped ring. Made in the namespace of its interface; control threads.
 *
 * <p>Source: packet(7), linux/if_packet.h, Documentation/networking/packet_mmap.rst.
 */
final class RingSocket implements AutoCloseable {
  /** Milliseconds until a block that is not full is given: the least that the kernel takes. */
  private static final int RETIRE_MILLIS = 1;

  private static final int MAC_BYTES = 6;

  private final String name;
  private final Fd fd;
  private Mapping ring;

  private RingSocket(String name, Fd fd) {
    this.name = name;
    this.fd = fd;
  }

  /**
   * A socket that receives nothing until {@link #bind}.
   *
   * @param name of the interface, for messages
   */
  static RingSocket open(String name) throws DriverException {
    int result = PacketCalls.socket();
    if (result < 0) {
      throw PacketErrors.of("socket AF_PACKET", name, -result);
    }
    return new RingSocket(name, Fd.of(result));
  }

  int raw() {
    return fd.raw();
  }

  /** The mapped ring. */
  MemorySegment memory() {
    return ring.segment();
  }

  /** Sets an option of packet(7). */
  void set(String option, int number, int value) throws DriverException {
    check("setsockopt " + option, trySet(number, value));
  }

  /** The same; 0 or -errno. */
  int trySet(int number, int value) {
    return PacketCalls.set(fd.raw(), Packet.SOL_PACKET(), number, value);
  }

  /** The value of an option. */
  int get(String option, int number) throws DriverException {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment value = arena.allocate(ValueLayout.JAVA_INT);
      MemorySegment size = arena.allocate(ValueLayout.JAVA_INT);
      MemorySegment state = PacketCalls.state(arena);
      check(
          "getsockopt " + option,
          PacketCalls.get(state, fd.raw(), Packet.SOL_PACKET(), number, value, size));
      return value.get(ValueLayout.JAVA_INT, 0);
    }
  }

  /** What is the same for both directions. Before the ring is made. */
  void settle(boolean vnet, boolean blocks) throws DriverException {
    set("PACKET_VERSION", Packet.PACKET_VERSION(), version(blocks));
    if (vnet) {
      set("PACKET_VNET_HDR", Packet.PACKET_VNET_HDR(), 1);
    }
  }

  private static int version(boolean blocks) {
    return blocks ? Packet.TPACKET_V3() : Packet.TPACKET_V2();
  }

  /** Makes a ring of frames, TPACKET_V2, and maps it. */
  void ring(String option, int number, Geometry geometry) throws DriverException {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment request = tpacket_req.allocate(arena);
      tpacket_req.tp_block_size(request, geometry.block());
      tpacket_req.tp_block_nr(request, geometry.blocks());
      tpacket_req.tp_frame_size(request, geometry.frame());
      tpacket_req.tp_frame_nr(request, geometry.frames());
      make(option, number, request, geometry.bytes());
    }
  }

  /** Makes a receive ring of blocks, TPACKET_V3, and maps it. */
  void blocks(int block, int blocks) throws DriverException {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment request = tpacket_req3.allocate(arena);
      // The frame size bounds nothing here; it must divide the block evenly into tp_frame_nr.
      int frame = Geometry.LEAST_FRAME;
      tpacket_req3.tp_block_size(request, block);
      tpacket_req3.tp_block_nr(request, blocks);
      tpacket_req3.tp_frame_size(request, frame);
      tpacket_req3.tp_frame_nr(request, block / frame * blocks);
      tpacket_req3.tp_retire_blk_tov(request, RETIRE_MILLIS);
      make("PACKET_RX_RING", Packet.PACKET_RX_RING(), request, (long) block * blocks);
    }
  }

  private void make(String option, int number, MemorySegment request, long bytes)
      throws DriverException {
    int result = PacketCalls.set(fd.raw(), Packet.SOL_PACKET(), number, request);
    check("setsockopt " + option + " of " + bytes + " bytes", result);
    try {
      ring = Mapping.shared(fd.raw(), 0, bytes, Mapping.READ | Mapping.WRITE);
    } catch (LinuxException e) {
      throw PacketErrors.driverException(e);
    }
  }

  /** Binds to an interface; with protocol 0 it only sends. */
  void bind(int index, int protocol) throws DriverException {
    check("bind", Sockets.bindPacket(fd.raw(), index, protocol));
  }

  /**
   * Has the interface receive more than its own frames while this socket is open.
   *
   * @param type PACKET_MR_*
   * @param mac six bytes for PACKET_MR_UNICAST, or null
   */
  void membership(int option, int index, int type, byte[] mac) throws DriverException {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment request = packet_mreq.allocate(arena);
      packet_mreq.mr_ifindex(request, index);
      packet_mreq.mr_type(request, (short) type);
      if (mac != null) {
        packet_mreq.mr_alen(request, (short) MAC_BYTES);
        packet_mreq
            .mr_address(request)
            .copyFrom(MemorySegment.ofArray(Arrays.copyOf(mac, Long.BYTES)));
      }
      int result = PacketCalls.set(fd.raw(), Packet.SOL_PACKET(), option, request);
      check("setsockopt PACKET_ADD_MEMBERSHIP", result);
    }
  }

  /** Room for frames outside the ring; as much as the kernel allows. */
  void receiveBytes(int bytes) {
    // The kernel doubles it. Without CAP_NET_ADMIN it ends at net.core.rmem_max.
    int level = Packet.SOL_SOCKET();
    if (PacketCalls.set(fd.raw(), level, Packet.SO_RCVBUFFORCE(), bytes / 2) < 0) {
      PacketCalls.set(fd.raw(), level, Packet.SO_RCVBUF(), bytes / 2);
    }
  }

  /** Attaches a filter, or with null lets everything pass. */
  void filter(PacketFilter filter) throws DriverException {
    int result = filter == null ? PacketFilter.detach(fd.raw()) : filter.attach(fd.raw());
    if (result < 0 && filter != null) {
      throw PacketErrors.of(
          "setsockopt SO_ATTACH_FILTER",
          name,
          -result,
          result == -Errno.EINVAL
              ? "The kernel refuses the program in \"filter\": make it again with tcpdump -ddd."
              : "");
    }
    // ENOENT: there was none.
    if (result < 0 && result != -Errno.ENOENT) {
      check("setsockopt SO_DETACH_FILTER", result);
    }
  }

  private void check(String call, int result) throws DriverException {
    if (result < 0) {
      throw PacketErrors.of(call, name, -result);
    }
  }

  @Override
  public void close() {
    if (ring != null) {
      ring.close();
    }
    fd.close();
  }
}
