package org.vhostdp.linux;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import org.vhostdp.linux.generated.Libc;
import org.vhostdp.linux.generated.ifinfomsg;
import org.vhostdp.linux.generated.nlmsghdr;
import org.vhostdp.linux.generated.rtattr;

/** Walks the messages of one netlink datagram and the attributes in them. */
final class NetlinkReader {
  private static final long HEADER = nlmsghdr.sizeof();
  private static final long ATTRIBUTE = rtattr.sizeof();

  /** Bytes of a struct tcmsg of linux/rtnetlink.h, and where its interface's number stands. */
  static final long TCMSG = 20;

  private static final long TCM_IFINDEX = 4;
  private static final int TCA_KIND = 1;

  private MemorySegment datagram = MemorySegment.NULL;
  private MemorySegment message = MemorySegment.NULL;
  private long next;

  static long align(long length) {
    return length + 3 & -4L;
  }

  /** Starts with the first message of {@code length} received bytes. */
  void start(MemorySegment buffer, long length) {
    datagram = buffer.asSlice(0, length);
    next = 0;
  }

  /** Moves to the next message; false at the end and at a length that does not fit. */
  boolean next() {
    if (datagram.byteSize() - next < HEADER) {
      return false;
    }
    MemorySegment rest = datagram.asSlice(next);
    long length = Integer.toUnsignedLong(nlmsghdr.nlmsg_len(rest));
    if (length < HEADER || length > rest.byteSize()) {
      return false;
    }
    message = rest.asSlice(0, length);
    next += Math.min(align(length), rest.byteSize());
    return true;
  }

  int type() {
    return Short.toUnsignedInt(nlmsghdr.nlmsg_type(message));
  }

  int flags() {
    return Short.toUnsignedInt(nlmsghdr.nlmsg_flags(message));
  }

  int sequence() {
    return nlmsghdr.nlmsg_seq(message);
  }

  /** What follows the message header; empty if fewer than {@code atLeast} bytes do. */
  MemorySegment body(long atLeast) {
    return message.byteSize() < HEADER + atLeast ? MemorySegment.NULL : message.asSlice(HEADER);
  }

  /** An NLMSG_ERROR's or NLMSG_DONE's result: 0 or -errno. */
  int error() {
    MemorySegment body = body(Integer.BYTES);
    return body.byteSize() == 0 ? 0 : body.get(ValueLayout.JAVA_INT, 0);
  }

  /**
   * The kernel's own explanation of an NLMSG_ERROR (NETLINK_EXT_ACK), or an empty string. Requires
   * NETLINK_CAP_ACK: only the header of the failed request comes back.
   */
  String explanation() {
    if ((flags() & Libc.NLM_F_ACK_TLVS()) == 0) {
      return "";
    }
    MemorySegment body = body(Integer.BYTES + HEADER);
    if (body.byteSize() == 0) {
      return "";
    }
    MemorySegment attributes = body.asSlice(Integer.BYTES + HEADER);
    return text(attribute(attributes, Libc.NLMSGERR_ATTR_MSG()));
  }

  /** Throws what an NLMSG_ERROR or NLMSG_DONE tells, if it tells of a failure. */
  void checkAnswer(String call, String object) throws LinuxException {
    int error = error();
    if (error < 0) {
      String reason = explanation();
      String advice = Errno.advice(-error);
      if (!reason.isEmpty()) {
        advice = ("The kernel says: " + reason + ". " + advice).trim();
      }
      throw new LinuxException(call, object, -error, advice);
    }
  }

  /** The struct ifinfomsg of an RTM_*LINK message, empty if cut short. */
  MemorySegment linkHeader() {
    return body(ifinfomsg.sizeof());
  }

  /** An RTM_NEWLINK or RTM_DELLINK message as a record. */
  Netlink.Link link() {
    MemorySegment body = linkHeader();
    MemorySegment attributes = body.asSlice(align(ifinfomsg.sizeof()));
    int flags = ifinfomsg.ifi_flags(body);
    MemorySegment mtu = attribute(attributes, Libc.IFLA_MTU());
    MemorySegment info = attribute(attributes, Libc.IFLA_LINKINFO());
    return new Netlink.Link(
        ifinfomsg.ifi_index(body),
        text(attribute(attributes, Libc.IFLA_IFNAME())),
        (flags & Libc.IFF_UP()) != 0,
        (flags & Libc.IFF_RUNNING()) != 0,
        mtu.byteSize() < Integer.BYTES ? 0 : mtu.get(ValueLayout.JAVA_INT_UNALIGNED, 0),
        attribute(attributes, Libc.IFLA_ADDRESS()).toArray(ValueLayout.JAVA_BYTE),
        text(attribute(info, Libc.IFLA_INFO_KIND())));
  }

  /** What follows a link's header. */
  MemorySegment linkAttributes() {
    return linkHeader().asSlice(align(ifinfomsg.sizeof()));
  }

  /**
   * The kind of queueing discipline of an RTM_NEWQDISC message, "" if it is on another interface.
   */
  String discipline(int index) {
    MemorySegment body = body(TCMSG);
    boolean there = body.byteSize() > 0 && body.get(ValueLayout.JAVA_INT, TCM_IFINDEX) == index;
    return there ? text(attribute(body.asSlice(align(TCMSG)), TCA_KIND)) : "";
  }

  /** The value of the first attribute of that type, or an empty segment. */
  static MemorySegment attribute(MemorySegment attributes, int type) {
    long at = 0;
    while (attributes.byteSize() - at >= ATTRIBUTE) {
      MemorySegment entry = attributes.asSlice(at);
      long length = Short.toUnsignedLong(rtattr.rta_len(entry));
      if (length < ATTRIBUTE || length > entry.byteSize()) {
        break;
      }
      if ((Short.toUnsignedInt(rtattr.rta_type(entry)) & Libc.NLA_TYPE_MASK()) == type) {
        return entry.asSlice(ATTRIBUTE, length - ATTRIBUTE);
      }
      at += align(length);
    }
    return MemorySegment.NULL;
  }

  private static String text(MemorySegment value) {
    byte[] bytes = value.toArray(ValueLayout.JAVA_BYTE);
    int length = 0;
    while (length < bytes.length && bytes[length] != 0) {
      length++;
    }
    return new String(bytes, 0, length, StandardCharsets.UTF_8);
  }
}
