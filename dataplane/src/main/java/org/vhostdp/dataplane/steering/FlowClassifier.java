package org.vhostdp.dataplane.steering;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import org.vhostdp.dataplane.offload.Toeplitz;
import org.vhostdp.spi.Steering;

/**
 * Finds the flow that a frame belongs to: Ethernet with up to two VLAN tags, IPv4 with options,
 * IPv6 with extension headers, TCP or UDP. {@link #read} remembers where things are, and the others
 * tell about the frame that was read last; its memory is looked at again, so it must not have
 * changed. Nothing beyond the frame's length is looked at. Fragments have addresses, but no ports.
 *
 * <p>The hash is that of virtio 1.3, 5.1.6.4.3.
 */
final class FlowClassifier {
  static final int TCP = 6;
  static final int UDP = 17;

  private static final int ETHERTYPE = 12;
  private static final int IPV4 = 0x0800;
  private static final int IPV6 = 0x86DD;
  private static final int VLAN_TAG = 0x8100;
  private static final int SERVICE_TAG = 0x88A8;
  private static final int MOST_TAGS = 2;

  private static final int IPV4_BYTES = 20;
  private static final int IPV6_BYTES = 40;

  private static final int HOP_BY_HOP = 0;
  private static final int ROUTING = 43;
  private static final int FRAGMENT = 44;
  private static final int AUTHENTICATION = 51;
  private static final int DESTINATION = 60;

  /** Extension headers of a frame that are gone through. */
  private static final int MOST_EXTENSIONS = 16;

  /** RFC 6275, 6.3 and 6.4: the home address option, the type 2 routing header. */
  private static final int HOME_ADDRESS = 0xC9;

  private static final int ROUTE_2 = 2;
  private static final int ROUTE_2_BYTES = 24;
  private static final int ADDRESS_BYTES = 16;

  private static final ValueLayout.OfShort SHORT =
      ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.BIG_ENDIAN);
  private static final ValueLayout.OfInt INT =
      ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.BIG_ENDIAN);
  private static final ValueLayout.OfLong LONG =
      ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.BIG_ENDIAN);

  private MemorySegment frame;
  private int version;
  private long source;
  private long destination;
  private int protocol;
  private long ports;
  private boolean extended;
  private long home;
  private long route;
  private int hash;

  /** 4, 6, or 0 if it is not IP. */
  int version() {
    return version;
  }

  /** {@link #TCP} or {@link #UDP}, or -1 if it has no ports that can be read. */
  int protocol() {
    return protocol;
  }

  /** Source or destination port, or -1. */
  int port(boolean ofDestination) {
    return protocol < 0
        ? -1
        : Short.toUnsignedInt(frame.get(SHORT, ofDestination ? ports + 2 : ports));
  }

  /** Whether an address in the IP header is this one. */
  boolean isAt(long high, long low, boolean ofDestination) {
    long at = ofDestination ? destination : source;
    if (version == 4) {
      return low == Integer.toUnsignedLong(frame.get(INT, at));
    }
    return version == 6 && high == frame.get(LONG, at) && low == frame.get(LONG, at + 8);
  }

  /**
   * Reads a frame's headers.
   *
   * @param in memory that the frame lies in
   * @param at offset of its first byte
   * @param length bytes of the frame, all of them in the segment
   */
  void read(MemorySegment in, long at, int length) {
    frame = in;
    version = 0;
    protocol = -1;
    extended = false;
    long end = at + length;
    long tag = at + ETHERTYPE;
    int type = IPV4;
    for (int tags = 0; ; tags++) {
      if (tag + 2 > end) {
        return;
      }
      type = word(in, tag);
      if (type != VLAN_TAG && type != SERVICE_TAG || tags == MOST_TAGS) {
        break;
      }
      tag += 4;
    }
    if (type == IPV4) {
      ipv4(in, tag + 2, end);
    } else if (type == IPV6) {
      ipv6(in, tag + 2, end);
    }
  }

  private void ipv4(MemorySegment in, long ip, long end) {
    if (ip + IPV4_BYTES > end) {
      return;
    }
    int first = octet(in, ip);
    int bytes = (first & 0xF) * 4;
    if (first >> 4 != 4 || bytes < IPV4_BYTES) {
      return;
    }
    version = 4;
    source = ip + 12;
    destination = ip + 16;
    // More fragments, or the offset of one.
    if ((word(in, ip + 6) & 0x3FFF) == 0) {
      transport(octet(in, ip + 9), ip + bytes, end);
    }
  }

  private void ipv6(MemorySegment in, long ip, long end) {
    if (ip + IPV6_BYTES > end || octet(in, ip) >> 4 != 6) {
      return;
    }
    version = 6;
    source = ip + 8;
    destination = ip + 24;
    home = source;
    route = destination;
    int next = octet(in, ip + 6);
    long at = ip + IPV6_BYTES;
    for (int i = 0; isExtension(next); i++) {
      extended = true;
      if (next == FRAGMENT || i == MOST_EXTENSIONS || at + 8 > end) {
        return;
      }
      int units = octet(in, at + 1);
      int bytes = next == AUTHENTICATION ? (units + 2) * 4 : (units + 1) * 8;
      if (at + bytes > end) {
        return;
      }
      if (next == ROUTING && bytes == ROUTE_2_BYTES && octet(in, at + 2) == ROUTE_2) {
        route = at + 8;
      } else if (next == DESTINATION) {
        findHome(in, at + 2, at + bytes);
      }
      next = octet(in, at);
      at += bytes;
    }
    transport(next, at, end);
  }

  private static boolean isExtension(int header) {
    return header == HOP_BY_HOP
        || header == ROUTING
        || header == FRAGMENT
        || header == AUTHENTICATION
        || header == DESTINATION;
  }

  /** Looks for the home address among options: type, length of data, data; type 0 has no length. */
  private void findHome(MemorySegment in, long begin, long end) {
    long at = begin;
    while (at + 2 <= end) {
      int type = octet(in, at);
      int bytes = type == 0 ? 1 : 2 + octet(in, at + 1);
      if (type == HOME_ADDRESS && bytes == 2 + ADDRESS_BYTES && at + bytes <= end) {
        home = at + 2;
        return;
      }
      at += bytes;
    }
  }

  private void transport(int number, long at, long end) {
    if ((number == TCP || number == UDP) && at + 4 <= end) {
      protocol = number;
      ports = at;
    }
  }

  /**
   * Computes the hash of the best type that is allowed.
   *
   * @param types bits of hash types
   * @return the bit of that type, or 0 if none fits; then the hash is 0
   */
  int scale(int types, Toeplitz key) {
    hash = 0;
    if (version == 0) {
      return 0;
    }
    int type = version == 4 ? scale4(types, key) : extended ? scaleEx(types, key) : 0;
    return type == 0 && version == 6 ? scale6(types, key) : type;
  }

  private int scale4(int types, Toeplitz key) {
    int best = transportType(Steering.HASH_TCP4, Steering.HASH_UDP4) & types;
    if (best != 0) {
      hash = key.ipv4(frame, source, ports);
      return best;
    }
    if ((types & Steering.HASH_IPV4) == 0) {
      return 0;
    }
    hash = key.ipv4(frame, source);
    return Steering.HASH_IPV4;
  }

  private int scaleEx(int types, Toeplitz key) {
    int best = transportType(RssSetting.TCP_EX, RssSetting.UDP_EX) & types;
    if (best != 0) {
      hash = key.ipv6Ex(frame, home, route, ports);
      return best;
    }
    if ((types & RssSetting.IP_EX) == 0) {
      return 0;
    }
    hash = key.ipv6Ex(frame, home, route);
    return RssSetting.IP_EX;
  }

  private int scale6(int types, Toeplitz key) {
    int best = transportType(Steering.HASH_TCP6, Steering.HASH_UDP6) & types;
    if (best != 0) {
      hash = key.ipv6(frame, source, ports);
      return best;
    }
    if ((types & Steering.HASH_IPV6) == 0) {
      return 0;
    }
    hash = key.ipv6(frame, source);
    return Steering.HASH_IPV6;
  }

  private int transportType(int tcp, int udp) {
    return protocol == TCP ? tcp : protocol == UDP ? udp : 0;
  }

  /** The hash that {@link #scale} computed. */
  int hash() {
    return hash;
  }

  /** A hash that is the same for both directions of a flow; 0 for what is not IP. */
  int symmetric() {
    if (version == 0) {
      return 0;
    }
    long from = mixed(address(source) + (protocol < 0 ? 0 : word(frame, ports)));
    long to = mixed(address(destination) + (protocol < 0 ? 0 : word(frame, ports + 2)));
    long joined = mixed(from + to + protocol);
    int folded = (int) (joined ^ joined >>> 32);
    return folded == 0 ? 1 : folded;
  }

  private long address(long at) {
    return version == 4
        ? Integer.toUnsignedLong(frame.get(INT, at)) << 16
        : mixed(frame.get(LONG, at)) + Long.rotateLeft(frame.get(LONG, at + 8), 16);
  }

  /** The finishing step of a 64-bit hash: every bit in, every bit out. */
  private static long mixed(long x) {
    long y = (x ^ x >>> 32) * 0x9E3779B97F4A7C15L;
    y = (y ^ y >>> 29) * 0xBF58476D1CE4E5B9L;
    return y ^ y >>> 32;
  }

  private static int octet(MemorySegment in, long at) {
    return Byte.toUnsignedInt(in.get(ValueLayout.JAVA_BYTE, at));
  }

  private static int word(MemorySegment in, long at) {
    return Short.toUnsignedInt(in.get(SHORT, at));
  }
}
