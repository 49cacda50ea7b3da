package org.vhostdp.driver.loopback;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import org.vhostdp.spi.Steering;

/**
 * Reads the flow of one frame from a private copy of its headers, because foreign memory may change
 * while it is read. Fragments, and protocols other than TCP and UDP, have no ports.
 */
final class FlowHash {
  private static final int ETHERTYPE = 12;
  private static final int IPV4 = 0x0800;
  private static final int IPV6 = 0x86DD;
  private static final int VLAN_TAG = 0x8100;
  private static final int SERVICE_TAG = 0x88A8;
  private static final int TCP = 6;
  private static final int UDP = 17;

  /** Ethernet with two tags, the longest IPv4 header, ports. */
  private final byte[] headers = new byte[128];

  private int known;
  private int type;
  private int hash;

  void clear() {
    known = 0;
    type = 0;
    hash = 0;
  }

  boolean wantsMore() {
    return known < headers.length;
  }

  /** More of the frame's first bytes. */
  void add(MemorySegment memory, long offset, int length) {
    int n = Math.min(length, headers.length - known);
    MemorySegment.copy(memory, ValueLayout.JAVA_BYTE, offset, headers, known, n);
    known += n;
  }

  /** The hash's type as in {@link Steering}; 0 if none matched. */
  int type() {
    return type;
  }

  int hash() {
    return hash;
  }

  /** The queue of the frame whose first bytes were added. */
  int queue(Spread spread) {
    int at = ETHERTYPE;
    int protocol = word(at);
    for (int tags = 0; tags < 2 && (protocol == VLAN_TAG || protocol == SERVICE_TAG); tags++) {
      at += 4;
      protocol = word(at);
    }
    at += 2;
    if (protocol == IPV4) {
      ipv4(spread, at);
    } else if (protocol == IPV6) {
      ipv6(spread, at);
    }
    return type == 0 ? spread.unclassified() : spread.queue(hash);
  }

  private void ipv4(Spread spread, int ip) {
    int headerLength = (octet(ip) & 0xF) * 4;
    boolean fragment = (word(ip + 6) & 0x3FFF) != 0;
    int transport = fragment ? 0 : octet(ip + 9);
    pick(
        spread,
        transport == TCP ? Steering.HASH_TCP4 : transport == UDP ? Steering.HASH_UDP4 : 0,
        Steering.HASH_IPV4,
        ip + 12,
        8,
        ip + headerLength);
  }

  private void ipv6(Spread spread, int ip) {
    int transport = octet(ip + 6);
    pick(
        spread,
        transport == TCP ? Steering.HASH_TCP6 : transport == UDP ? Steering.HASH_UDP6 : 0,
        Steering.HASH_IPV6,
        ip + 8,
        32,
        ip + 40);
  }

  private void pick(Spread spread, int withPorts, int without, int addresses, int size, int ports) {
    if (addresses + size > known) {
      return;
    }
    if (spread.uses(withPorts) && ports + 4 <= known) {
      type = withPorts;
      hash =
          spread.toeplitz(headers, addresses, size, 0) ^ spread.toeplitz(headers, ports, 4, size);
    } else if (spread.uses(without)) {
      type = without;
      hash = spread.toeplitz(headers, addresses, size, 0);
    }
  }

  private int word(int at) {
    return octet(at) << 8 | octet(at + 1);
  }

  private int octet(int at) {
    return at < known ? headers[at] & 0xFF : 0;
  }
}
