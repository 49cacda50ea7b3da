package org.vhostdp.linux;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Optional;
import org.vhostdp.linux.generated.Libc;

/**
 * What an interface's driver says it can do for XDP and AF_XDP: generic netlink, family netdev
 * (linux/netdev.h), Linux 6.3 and newer. Numbers that the running kernel does not tell are zero.
 *
 * @param xdp NETDEV_XDP_ACT_*: what XDP programs can do there
 * @param zeroCopySegments most buffers of a frame without copies, or 0
 * @param rxMetadata set of {@link #RX_TIMESTAMP}, {@link #RX_HASH}, {@link #RX_VLAN_TAG}: what
 *     programs bound to the interface are told of received frames (Linux 6.8)
 * @param xsk set of {@link #TX_TIMESTAMP}, {@link #TX_CHECKSUM}: what the interface itself does for
 *     frames to transmit from AF_XDP sockets (Linux 6.8)
 */
public record XdpFeatures(long xdp, int zeroCopySegments, long rxMetadata, long xsk) {
  /** NETDEV_XDP_RX_METADATA_TIMESTAMP. */
  public static final long RX_TIMESTAMP = 1;

  /** NETDEV_XDP_RX_METADATA_HASH. */
  public static final long RX_HASH = 2;

  /** NETDEV_XDP_RX_METADATA_VLAN_TAG. */
  public static final long RX_VLAN_TAG = 4;

  /** NETDEV_XSK_FLAGS_TX_TIMESTAMP. */
  public static final long TX_TIMESTAMP = 1;

  /** NETDEV_XSK_FLAGS_TX_CHECKSUM. */
  public static final long TX_CHECKSUM = 2;

  /** Of linux/netlink.h and linux/genetlink.h. */
  private static final int NETLINK_GENERIC = 16;

  private static final int CONTROLLER = 16;
  private static final int GET_FAMILY = 3;
  private static final int FAMILY_ID = 1;
  private static final int FAMILY_NAME = 2;

  /** Of linux/netdev.h. */
  private static final int DEV_GET = 1;

  private static final int IFINDEX = 1;
  private static final int XDP_FEATURES = 3;
  private static final int ZC_MAX_SEGS = 4;
  private static final int RX_METADATA = 5;
  private static final int XSK_FEATURES = 6;

  /**
   * Asks about an interface of the calling thread's network namespace.
   *
   * @param ifindex the interface's number
   * @return empty if the kernel tells nothing about its interfaces
   * @throws LinuxException ENODEV if there is no such interface
   */
  public static Optional<XdpFeatures> of(int ifindex) throws LinuxException {
    String object = "interface " + ifindex;
    try (NetlinkSocket socket = NetlinkSocket.open(NETLINK_GENERIC, 0, false);
        Arena arena = Arena.ofConfined()) {
      NetlinkRequest family =
          new NetlinkRequest(arena, CONTROLLER, 0).generic(GET_FAMILY).put(FAMILY_NAME, "netdev");
      MemorySegment told;
      try {
        told = ask(socket, family, "CTRL_CMD_GETFAMILY", "netdev");
      } catch (LinuxException e) {
        if (e.errno() == Errno.ENOENT) {
          return Optional.empty();
        }
        throw e;
      }
      int id = (int) number(told, FAMILY_ID);
      NetlinkRequest device =
          new NetlinkRequest(arena, id, 0).generic(DEV_GET).put(IFINDEX, ifindex);
      told = ask(socket, device, "NETDEV_CMD_DEV_GET", object);
      return Optional.of(
          new XdpFeatures(
              number(told, XDP_FEATURES),
              (int) number(told, ZC_MAX_SEGS),
              number(told, RX_METADATA),
              number(told, XSK_FEATURES)));
    }
  }

  /** The attributes of the answer, valid until the next one. */
  private static MemorySegment ask(
      NetlinkSocket socket, NetlinkRequest request, String call, String object)
      throws LinuxException {
    check(call, object, socket.send(request.finish(1)));
    NetlinkReader reader = new NetlinkReader();
    while (true) {
      check(call, object, socket.receive(reader));
      while (reader.next()) {
        if (reader.type() == Libc.NLMSG_ERROR()) {
          check(call, object, reader.error());
        } else if (reader.body(NetlinkRequest.GENERIC).byteSize() > 0) {
          return reader.body(NetlinkRequest.GENERIC).asSlice(NetlinkRequest.GENERIC);
        }
      }
    }
  }

  /** An attribute's value of 2, 4 or 8 bytes, or 0. */
  private static long number(MemorySegment attributes, int type) {
    MemorySegment value = NetlinkReader.attribute(attributes, type);
    return switch ((int) value.byteSize()) {
      case Short.BYTES -> Short.toUnsignedLong(value.get(ValueLayout.JAVA_SHORT_UNALIGNED, 0));
      case Integer.BYTES -> Integer.toUnsignedLong(value.get(ValueLayout.JAVA_INT_UNALIGNED, 0));
      case Long.BYTES -> value.get(ValueLayout.JAVA_LONG_UNALIGNED, 0);
      default -> 0;
    };
  }

  private static void check(String call, String object, int result) throws LinuxException {
    if (result < 0) {
      throw new LinuxException(call, object, -result);
    }
  }
}
