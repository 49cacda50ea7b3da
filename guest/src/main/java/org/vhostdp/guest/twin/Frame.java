package org.vhostdp.guest.twin;

import java.lang.foreign.MemorySegment;

/**
 * A parsed view of one Ethernet frame, reused from frame to frame without allocating. Every offset
 * is checked against the frame's length before it is believed. Offsets are bytes into the segment.
 */
public final class Frame {
  private MemorySegment memory;
  private long start;
  private int length;
  private int etherType;
  private int vlan;
  private long network;
  private int protocol;
  private long transport;
  private int transportLength;
  private int sourcePort;
  private int destinationPort;
  private long payload;
  private int payloadLength;

  /** A view of nothing yet. */
  public Frame() {}

  /** Parses a frame as far as it is understood; false when it is cut short or inconsistent. */
  public boolean parse(MemorySegment segment, long offset, int bytes) {
    memory = segment;
    start = offset;
    length = bytes;
    protocol = -1;
    vlan = -1;
    transport = 0;
    transportLength = 0;
    sourcePort = 0;
    destinationPort = 0;
    payload = 0;
    payloadLength = 0;
    if (bytes < Packets.ETHERNET_HEADER) {
      return false;
    }
    network = offset + Packets.ETHERNET_HEADER;
    etherType = u16(offset + 12);
    if (etherType == Packets.VLAN) {
      if (bytes < Packets.ETHERNET_HEADER + 4) {
        return false;
      }
      vlan = u16(offset + 14) & 0xfff;
      etherType = u16(offset + 16);
      network += 4;
    }
    return switch (etherType) {
      case Packets.ARP, Packets.RARP -> left(network) >= 28;
      case Packets.IPV4 -> parse4();
      case Packets.IPV6 -> parse6();
      default -> true;
    };
  }

  private int left(long from) {
    return (int) (start + length - from);
  }

  private boolean parse4() {
    if (left(network) < Packets.IPV4_HEADER || u8(network) >>> 4 != 4) {
      return false;
    }
    int header = (u8(network) & 15) * 4;
    int total = u16(network + 2);
    if (header < Packets.IPV4_HEADER || total < header || total > left(network)) {
      return false;
    }
    protocol = u8(network + 9);
    transport = network + header;
    transportLength = total - header;
    // A later fragment has no transport header.
    return (u16(network + 6) & 0x1fff) != 0 || parseTransport();
  }

  private boolean parse6() {
    if (left(network) < Packets.IPV6_HEADER || u8(network) >>> 4 != 6) {
      return false;
    }
    protocol = u8(network + 6);
    transport = network + Packets.IPV6_HEADER;
    transportLength = u16(network + 4);
    return transportLength <= left(transport) && parseTransport();
  }

  private boolean parseTransport() {
    int header;
    switch (protocol) {
      case Packets.ICMP -> header = Packets.ICMP_HEADER;
      case Packets.UDP -> header = Packets.UDP_HEADER;
      case Packets.TCP -> {
        if (transportLength < Packets.TCP_HEADER) {
          return false;
        }
        header = (u8(transport + 12) >>> 4) * 4;
        if (header < Packets.TCP_HEADER) {
          return false;
        }
      }
      default -> {
        return true;
      }
    }
    if (transportLength < header) {
      return false;
    }
    if (protocol != Packets.ICMP) {
      sourcePort = u16(transport);
      destinationPort = u16(transport + 2);
    }
    if (protocol == Packets.UDP) {
      int announced = u16(transport + 4);
      if (announced < header || announced > transportLength) {
        return false;
      }
      transportLength = announced;
    }
    payload = transport + header;
    payloadLength = transportLength - header;
    return true;
  }

  /** Whether the IPv4 header's checksum is right. */
  public boolean ipv4ChecksumGood() {
    int header = (int) (transport - network);
    return InternetChecksum.fold(InternetChecksum.add(0, memory, network, header)) == 0xffff;
  }

  /** Whether the ICMP, UDP or TCP checksum is right; a UDP one of zero says there is none. */
  public boolean transportChecksumGood() {
    if (protocol == Packets.UDP && u16(transport + 6) == 0 && etherType == Packets.IPV4) {
      return true;
    }
    return InternetChecksum.fold(InternetChecksum.add(pseudo(), memory, transport, transportLength))
        == 0xffff;
  }

  /** Whether the checksum field holds the pseudo header's sum alone, as NEEDS_CSUM asks. */
  public boolean transportChecksumPartial() {
    long field = transport + (protocol == Packets.UDP ? 6 : 16);
    return u16(field) == InternetChecksum.fold(pseudo());
  }

  private long pseudo() {
    if (protocol == Packets.ICMP) {
      return 0;
    }
    return etherType == Packets.IPV4
        ? Packets.pseudo4(sourceIp(), destinationIp(), protocol, transportLength)
        : Packets.pseudo6(memory, network, protocol, transportLength);
  }

  /** Source MAC, low 48 bits. */
  public long sourceMac() {
    return Packets.getMac(memory, start + 6);
  }

  /** Destination MAC, low 48 bits. */
  public long destinationMac() {
    return Packets.getMac(memory, start);
  }

  /** Ether type, behind one VLAN tag if there is one. */
  public int etherType() {
    return etherType;
  }

  /** VLAN id, or -1 without a tag. */
  public int vlan() {
    return vlan;
  }

  /** IP protocol number, or -1. */
  public int protocol() {
    return protocol;
  }

  /** Offset of the network header. */
  public long network() {
    return network;
  }

  /** IPv4 source address. */
  public int sourceIp() {
    return memory.get(Packets.U32, network + 12);
  }

  /** IPv4 destination address. */
  public int destinationIp() {
    return memory.get(Packets.U32, network + 16);
  }

  /** Source port of UDP or TCP. */
  public int sourcePort() {
    return sourcePort;
  }

  /** Destination port of UDP or TCP. */
  public int destinationPort() {
    return destinationPort;
  }

  /** Offset of the transport header. */
  public long transport() {
    return transport;
  }

  /** Bytes of transport header and payload. */
  public int transportLength() {
    return transportLength;
  }

  /** Offset of the transport's payload. */
  public long payload() {
    return payload;
  }

  /** Bytes of the transport's payload. */
  public int payloadLength() {
    return payloadLength;
  }

  /** Unsigned byte at an offset of the segment. */
  public int u8(long offset) {
    return memory.get(Packets.U8, offset) & 0xff;
  }

  /** Unsigned 16 bits in network order. */
  public int u16(long offset) {
    return memory.get(Packets.U16, offset) & 0xffff;
  }

  /** 32 bits in network order. */
  public int u32(long offset) {
    return memory.get(Packets.U32, offset);
  }
}
