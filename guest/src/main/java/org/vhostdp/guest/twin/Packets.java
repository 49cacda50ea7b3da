package org.vhostdp.guest.twin;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;

/**
 * Writes Ethernet frames with ARP, IPv4, IPv6, ICMP, UDP and TCP in place. A MAC address is the low
 * 48 bits of a long and an IPv4 address an int, first byte on the wire on top. Payload comes first:
 * write it behind the headers, then let {@link #udp4} and the others build the headers before it.
 * All offsets are bytes into the segment; nothing allocates.
 */
public final class Packets {
  static final ValueLayout.OfByte U8 = ValueLayout.JAVA_BYTE;
  static final ValueLayout.OfShort U16 =
      ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.BIG_ENDIAN);
  static final ValueLayout.OfInt U32 =
      ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.BIG_ENDIAN);

  public static final long BROADCAST = 0xffff_ffff_ffffL;
  public static final int ARP = 0x0806;
  public static final int IPV4 = 0x0800;
  public static final int IPV6 = 0x86dd;
  public static final int RARP = 0x8035;
  public static final int VLAN = 0x8100;
  public static final int ICMP = 1;
  public static final int TCP = 6;
  public static final int UDP = 17;

  /** Header sizes in bytes, without options. */
  public static final int ETHERNET_HEADER = 14;

  public static final int IPV4_HEADER = 20;
  public static final int IPV6_HEADER = 40;
  public static final int ICMP_HEADER = 8;
  public static final int UDP_HEADER = 8;
  public static final int TCP_HEADER = 20;

  /** Offset of an IPv4 datagram's UDP payload in its frame. */
  public static final int UDP4_PAYLOAD = ETHERNET_HEADER + IPV4_HEADER + UDP_HEADER;

  /** Offset of an IPv4 segment's TCP payload in its frame. */
  public static final int TCP4_PAYLOAD = ETHERNET_HEADER + IPV4_HEADER + TCP_HEADER;

  /** Offset of an echo's data in its frame. */
  public static final int ECHO_PAYLOAD = ETHERNET_HEADER + IPV4_HEADER + ICMP_HEADER;

  private static final int TTL = 64;

  private Packets() {}

  /** Parses "52:54:00:12:34:56". */
  public static long mac(String text) {
    long mac = 0;
    String[] parts = text.split(":");
    if (parts.length != 6) {
      throw new IllegalArgumentException("not a MAC address: " + text);
    }
    for (String part : parts) {
      mac = mac << 8 | Integer.parseInt(part, 16) & 0xff;
    }
    return mac;
  }

  /** Six bytes in wire order as a long. */
  public static long mac(byte[] bytes) {
    long mac = 0;
    for (int i = 0; i < 6; i++) {
      mac = mac << 8 | bytes[i] & 0xff;
    }
    return mac;
  }

  /** A long as six bytes in wire order. */
  public static byte[] macBytes(long mac) {
    byte[] bytes = new byte[6];
    for (int i = 0; i < 6; i++) {
      bytes[i] = (byte) (mac >>> 40 - 8 * i);
    }
    return bytes;
  }

  /** Parses "10.0.0.1". */
  public static int ip(String text) {
    int ip = 0;
    String[] parts = text.split("\\.");
    if (parts.length != 4) {
      throw new IllegalArgumentException("not an IPv4 address: " + text);
    }
    for (String part : parts) {
      ip = ip << 8 | Integer.parseInt(part) & 0xff;
    }
    return ip;
  }

  /** An IPv4 address as text. */
  public static String text(int ip) {
    return (ip >>> 24) + "." + (ip >>> 16 & 0xff) + "." + (ip >>> 8 & 0xff) + "." + (ip & 0xff);
  }

  /** Writes six bytes. */
  public static void putMac(MemorySegment memory, long offset, long mac) {
    memory.set(U16, offset, (short) (mac >>> 32));
    memory.set(U32, offset + 2, (int) mac);
  }

  /** Reads six bytes. */
  public static long getMac(MemorySegment memory, long offset) {
    return (memory.get(U16, offset) & 0xffffL) << 32 | memory.get(U32, offset + 2) & 0xffffffffL;
  }

  /** Writes the 14 bytes of an Ethernet header. */
  public static void ethernet(
      MemorySegment frame, long at, long destination, long source, int type) {
    putMac(frame, at, destination);
    putMac(frame, at + 6, source);
    frame.set(U16, at + 12, (short) type);
  }

  /**
   * Builds an ARP frame (RFC 826) of 42 bytes.
   *
   * @param operation 1 request, which is broadcast; 2 reply
   * @return frame length
   */
  public static int arp(
      MemorySegment frame,
      long at,
      int operation,
      long senderMac,
      int senderIp,
      long targetMac,
      int targetIp) {
    ethernet(frame, at, operation == 1 ? BROADCAST : targetMac, senderMac, ARP);
    long arp = at + ETHERNET_HEADER;
    frame.set(U16, arp, (short) 1);
    frame.set(U16, arp + 2, (short) IPV4);
    frame.set(U8, arp + 4, (byte) 6);
    frame.set(U8, arp + 5, (byte) 4);
    frame.set(U16, arp + 6, (short) operation);
    putMac(frame, arp + 8, senderMac);
    frame.set(U32, arp + 14, senderIp);
    putMac(frame, arp + 18, operation == 1 ? 0 : targetMac);
    frame.set(U32, arp + 24, targetIp);
    return ETHERNET_HEADER + 28;
  }

  /** Writes an IPv4 header without options, checksum included. */
  public static void ipv4(
      MemorySegment frame, long at, int source, int destination, int protocol, int payload) {
    frame.set(U32, at, 0x4500_0000 | IPV4_HEADER + payload);
    // Identification 0 with "don't fragment": an atomic datagram (RFC 6864).
    frame.set(U32, at + 4, 0x4000);
    frame.set(U8, at + 8, (byte) TTL);
    frame.set(U8, at + 9, (byte) protocol);
    frame.set(U16, at + 10, (short) 0);
    frame.set(U32, at + 12, source);
    frame.set(U32, at + 16, destination);
    frame.set(
        U16,
        at + 10,
        (short) InternetChecksum.finish(InternetChecksum.add(0, frame, at, IPV4_HEADER)));
  }

  /** Writes an IPv6 header; addresses are 16 bytes each. */
  public static void ipv6(
      MemorySegment frame, long at, byte[] source, byte[] destination, int next, int payload) {
    frame.set(U32, at, 0x6000_0000);
    frame.set(U16, at + 4, (short) payload);
    frame.set(U8, at + 6, (byte) next);
    frame.set(U8, at + 7, (byte) TTL);
    MemorySegment.copy(source, 0, frame, U8, at + 8, 16);
    MemorySegment.copy(destination, 0, frame, U8, at + 24, 16);
  }

  /** Sum of an IPv4 pseudo header (RFC 768). */
  public static long pseudo4(int source, int destination, int protocol, int length) {
    return (source & 0xffffffffL) + (destination & 0xffffffffL) + protocol + length;
  }

  /** Sum of an IPv6 pseudo header (RFC 8200, 8.1) from the IPv6 header at {@code ip}. */
  public static long pseudo6(MemorySegment frame, long ip, int protocol, int length) {
    return InternetChecksum.add((long) protocol + length, frame, ip + 8, 32);
  }

  /**
   * Builds an ICMP echo around data already at {@code at + ECHO_PAYLOAD}.
   *
   * @param type 8 request, 0 reply
   * @return frame length
   */
  public static int echo(
      MemorySegment frame, long at, Flow flow, int type, int id, int sequence, int data) {
    int length = ICMP_HEADER + data;
    ethernet(frame, at, flow.destinationMac(), flow.sourceMac(), IPV4);
    long ip = at + ETHERNET_HEADER;
    ipv4(frame, ip, flow.sourceIp(), flow.destinationIp(), ICMP, length);
    long icmp = ip + IPV4_HEADER;
    frame.set(U32, icmp, type << 24);
    frame.set(U16, icmp + 4, (short) id);
    frame.set(U16, icmp + 6, (short) sequence);
    frame.set(
        U16,
        icmp + 2,
        (short) InternetChecksum.finish(InternetChecksum.add(0, frame, icmp, length)));
    return ETHERNET_HEADER + IPV4_HEADER + length;
  }

  /**
   * Builds a UDP frame around a payload already at {@code at + UDP4_PAYLOAD}.
   *
   * @param partial leave only the pseudo header's sum in the checksum field, for NEEDS_CSUM
   * @return frame length
   */
  public static int udp4(MemorySegment frame, long at, Flow flow, int payload, boolean partial) {
    int length = UDP_HEADER + payload;
    ethernet(frame, at, flow.destinationMac(), flow.sourceMac(), IPV4);
    long ip = at + ETHERNET_HEADER;
    ipv4(frame, ip, flow.sourceIp(), flow.destinationIp(), UDP, length);
    long pseudo = pseudo4(flow.sourceIp(), flow.destinationIp(), UDP, length);
    udp(
        frame,
        ip + IPV4_HEADER,
        flow.sourcePort(),
        flow.destinationPort(),
        length,
        pseudo,
        partial);
    return ETHERNET_HEADER + IPV4_HEADER + length;
  }

  /** Writes a UDP header before its payload; {@code length} counts both. */
  public static void udp(
      MemorySegment frame,
      long at,
      int sourcePort,
      int destinationPort,
      int length,
      long pseudo,
      boolean partial) {
    frame.set(U16, at, (short) sourcePort);
    frame.set(U16, at + 2, (short) destinationPort);
    frame.set(U16, at + 4, (short) length);
    frame.set(U16, at + 6, (short) 0);
    int sum =
        partial
            ? InternetChecksum.fold(pseudo)
            : InternetChecksum.finish(InternetChecksum.add(pseudo, frame, at, length));
    // A computed zero is sent as all ones, because zero says "no checksum".
    frame.set(U16, at + 6, (short) (sum == 0 && !partial ? 0xffff : sum));
  }

  /**
   * Builds a TCP frame around a payload already at {@code at + TCP4_PAYLOAD}; it may exceed the MTU
   * where the device segments.
   *
   * @param flags low byte of the TCP flags: ACK 0x10, PSH 0x08, FIN 0x01, CWR 0x80
   * @return frame length
   */
  public static int tcp4(
      MemorySegment frame,
      long at,
      Flow flow,
      long sequence,
      int flags,
      int payload,
      boolean partial) {
    int length = TCP_HEADER + payload;
    ethernet(frame, at, flow.destinationMac(), flow.sourceMac(), IPV4);
    long ip = at + ETHERNET_HEADER;
    ipv4(frame, ip, flow.sourceIp(), flow.destinationIp(), TCP, length);
    long pseudo = pseudo4(flow.sourceIp(), flow.destinationIp(), TCP, length);
    tcp(frame, ip + IPV4_HEADER, flow, sequence, flags, length, pseudo, partial);
    return ETHERNET_HEADER + IPV4_HEADER + length;
  }

  /** Writes a TCP header before its payload; {@code length} counts both. */
  public static void tcp(
      MemorySegment frame,
      long at,
      Flow flow,
      long sequence,
      int flags,
      int length,
      long pseudo,
      boolean partial) {
    frame.set(U16, at, (short) flow.sourcePort());
    frame.set(U16, at + 2, (short) flow.destinationPort());
    frame.set(U32, at + 4, (int) sequence);
    frame.set(U32, at + 8, 1);
    frame.set(U32, at + 12, 0x5000_ffff | (flags & 0xff) << 16);
    frame.set(U32, at + 16, 0);
    int sum =
        partial
            ? InternetChecksum.fold(pseudo)
            : InternetChecksum.finish(InternetChecksum.add(pseudo, frame, at, length));
    frame.set(U16, at + 16, (short) sum);
  }
}
