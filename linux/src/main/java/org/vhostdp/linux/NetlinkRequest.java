package org.vhostdp.linux;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import org.vhostdp.linux.generated.Libc;
import org.vhostdp.linux.generated.ifaddrmsg;
import org.vhostdp.linux.generated.ifinfomsg;
import org.vhostdp.linux.generated.nlmsghdr;
import org.vhostdp.linux.generated.rtattr;

/** Writes one rtnetlink message: header, family header, attributes (netlink(7), rtnetlink(7)). */
final class NetlinkRequest {
  private static final long CAPACITY = 1024;
  private static final long ATTRIBUTE = rtattr.sizeof();

  /** Bytes of a struct genlmsghdr of linux/genetlink.h. */
  static final long GENERIC = 4;

  private final MemorySegment message;
  private long length = nlmsghdr.sizeof();

  NetlinkRequest(Arena arena, int type, int flags) {
    message = arena.allocate(CAPACITY, Long.BYTES);
    nlmsghdr.nlmsg_type(message, (short) type);
    nlmsghdr.nlmsg_flags(message, (short) (flags | Libc.NLM_F_REQUEST()));
  }

  /** Appends a struct ifinfomsg. */
  NetlinkRequest link(int index, int flags, int change) {
    MemorySegment header = take(ifinfomsg.sizeof());
    ifinfomsg.ifi_family(header, (byte) Libc.AF_UNSPEC());
    ifinfomsg.ifi_index(header, index);
    ifinfomsg.ifi_flags(header, flags);
    ifinfomsg.ifi_change(header, change);
    return this;
  }

  /** Appends a struct ifaddrmsg. */
  NetlinkRequest address(int family, int prefix, int index) {
    MemorySegment header = take(ifaddrmsg.sizeof());
    ifaddrmsg.ifa_family(header, (byte) family);
    ifaddrmsg.ifa_prefixlen(header, (byte) prefix);
    ifaddrmsg.ifa_index(header, index);
    return this;
  }

  /** Appends a struct genlmsghdr: a command of generic netlink, version 1. */
  NetlinkRequest generic(int command) {
    MemorySegment header = take(GENERIC);
    header.set(ValueLayout.JAVA_BYTE, 0, (byte) command);
    header.set(ValueLayout.JAVA_BYTE, 1, (byte) 1);
    return this;
  }

  /** Appends a struct tcmsg of zeros: all interfaces. */
  NetlinkRequest disciplines() {
    take(NetlinkReader.TCMSG);
    return this;
  }

  NetlinkRequest put(int type, byte[] value) {
    MemorySegment attribute = take(ATTRIBUTE + value.length);
    rtattr.rta_type(attribute, (short) type);
    rtattr.rta_len(attribute, (short) (ATTRIBUTE + value.length));
    MemorySegment.copy(value, 0, attribute, ValueLayout.JAVA_BYTE, ATTRIBUTE, value.length);
    return this;
  }

  NetlinkRequest put(int type, int value) {
    MemorySegment attribute = take(ATTRIBUTE + Integer.BYTES);
    rtattr.rta_type(attribute, (short) type);
    rtattr.rta_len(attribute, (short) (ATTRIBUTE + Integer.BYTES));
    attribute.set(ValueLayout.JAVA_INT, ATTRIBUTE, value);
    return this;
  }

  /** A string with its terminating zero. */
  NetlinkRequest put(int type, String value) {
    return put(type, (value + '\0').getBytes(StandardCharsets.UTF_8));
  }

  /** Opens an attribute that contains what is put until {@link #end}; gives the mark for that. */
  long begin(int type) {
    long mark = length;
    rtattr.rta_type(take(ATTRIBUTE), (short) type);
    return mark;
  }

  NetlinkRequest end(long mark) {
    rtattr.rta_len(message.asSlice(mark, ATTRIBUTE), (short) (length - mark));
    return this;
  }

  /** The next {@code size} bytes, zeroed; everything in netlink is aligned to 4 bytes. */
  private MemorySegment take(long size) {
    MemorySegment slice = message.asSlice(length, size);
    length += NetlinkReader.align(size);
    return slice;
  }

  /** The finished message. */
  MemorySegment finish(int sequence) {
    nlmsghdr.nlmsg_len(message, (int) length);
    nlmsghdr.nlmsg_seq(message, sequence);
    return message.asSlice(0, length);
  }
}
