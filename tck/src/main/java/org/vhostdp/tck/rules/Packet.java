package org.vhostdp.tck.rules;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.SplittableRandom;
import org.vhostdp.spi.Offload;

/**
 * An IP packet of TCP or UDP in an Ethernet frame, built and read. IPv4 goes between addresses of
 * 198.18.0.0/15 (RFC 2544, benchmarking), IPv6 between those of 2001:db8::/32 (RFC 3849,
 * documentation), so that no host answers.
 *
 * @param v6 IPv6 rather than IPv4
 * @param tcp TCP rather than UDP
 * @param frame the whole frame, without VLAN tag
 */
record Packet(boolean v6, boolean tcp, byte[] frame) {
  static final int ETHERNET = 14;
  private static final int TCP = 6;
  private static final int UDP = 17;
  private static final int SOURCE = 5001;
  private static final int FIRST_SEQUENCE = 0x10203040;

  /** A packet whose transport checksum is right. */
  static Packet of(boolean v6, boolean tcp, int port, byte[] payload) {
    Packet packet = new Packet(v6, tcp, new byte[header(v6, tcp) + payload.length]);
    packet.write(port, payload);
    packet.checksum(packet.computed());
    return packet;
  }

  /** UDP over IPv4 to a port, with so many bytes that follow from the port. */
  static Packet udp(int port, int bytes) {
    return of(false, false, port, payload(port, bytes));
  }

  /** Bytes that a seed repeats. */
  static byte[] payload(int seed, int bytes) {
    byte[] payload = new byte[bytes];
    new SplittableRandom(seed).nextBytes(payload);
    return payload;
  }

  private static int header(boolean v6, boolean tcp) {
    return ETHERNET + (v6 ? 40 : 20) + (tcp ? 20 : 8);
  }

  /** The packet of ours that a frame without tags is, or null. */
  static Packet read(byte[] frame) {
    if (frame.length < ETHERNET + 28) {
      return null;
    }
    ByteBuffer b = ByteBuffer.wrap(frame);
    boolean v4 = (b.getShort(12) & 0xFFFF) == 0x0800 && b.getInt(26) == 0xC6120001;
    boolean v6 = (b.getShort(12) & 0xFFFF) == 0x86DD && b.getInt(22) == 0x20010DB8;
    int protocol = frame[v4 ? 23 : 20];
    boolean ours = (v4 || v6) && (protocol == TCP || protocol == UDP);
    return ours && frame.length >= header(v6, protocol == TCP)
        ? new Packet(v6, protocol == TCP, frame)
        : null;
  }

  private void write(int port, byte[] payload) {
    ByteBuffer b = ByteBuffer.wrap(frame);
    b.put(new byte[] {-1, -1, -1, -1, -1, -1, 2, 0, 0, 0, 0, 1});
    int length = frame.length - transport();
    if (v6) {
      b.putShort((short) 0x86DD).putInt(0x60000000).putShort((short) length);
      b.put((byte) (tcp ? TCP : UDP)).put((byte) 64);
      b.putInt(0x20010DB8).putInt(0).putInt(0).putInt(1);
      b.putInt(0x20010DB8).putInt(0).putInt(0).putInt(2);
    } else {
      b.putShort((short) 0x0800).putShort((short) 0x4500).putShort((short) (20 + length));
      b.putInt(0x4000).put((byte) 64).put((byte) (tcp ? TCP : UDP)).putShort((short) 0);
      b.putInt(0xC6120001).putInt(0xC6120100 | port & 0xFF);
      b.putShort(24, (short) ~sum(ETHERNET, 20, 0));
    }
    b.position(transport());
    b.putShort((short) SOURCE).putShort((short) port);
    if (tcp) {
      b.putInt(FIRST_SEQUENCE).putInt(1).putShort((short) 0x5010).putShort((short) 0x7FFF);
      b.putInt(0);
    } else {
      b.putShort((short) length).putShort((short) 0);
    }
    b.put(payload);
  }

  /** Where the TCP or UDP header begins. */
  int transport() {
    return ETHERNET + (v6 ? 40 : 20);
  }

  /** Where the payload begins. */
  int header() {
    return header(v6, tcp);
  }

  /** Bytes from the transport header to the checksum. */
  int field() {
    return tcp ? 16 : 6;
  }

  int port() {
    return ByteBuffer.wrap(frame).getShort(transport() + 2) & 0xFFFF;
  }

  /** TCP: bytes of the stream before this packet's payload. */
  int streamOffset() {
    return ByteBuffer.wrap(frame).getInt(transport() + 4) - FIRST_SEQUENCE;
  }

  /** Bytes of the IP packet as its header says, Ethernet header included. */
  int statedLength() {
    ByteBuffer b = ByteBuffer.wrap(frame);
    return v6 ? transport() + (b.getShort(18) & 0xFFFF) : ETHERNET + (b.getShort(16) & 0xFFFF);
  }

  byte[] payload() {
    return Arrays.copyOfRange(frame, header(), Math.min(statedLength(), frame.length));
  }

  int checksum() {
    return ByteBuffer.wrap(frame).getShort(transport() + field()) & 0xFFFF;
  }

  Packet checksum(int value) {
    ByteBuffer.wrap(frame).putShort(transport() + field(), (short) value);
    return this;
  }

  /** The checksum that the packet ought to have; in UDP never 0. */
  int computed() {
    int length = statedLength() - transport();
    int own = checksum();
    checksum(0);
    int sum = ~sum(transport(), length, pseudo(length)) & 0xFFFF;
    checksum(own);
    return sum == 0 && !tcp ? 0xFFFF : sum;
  }

  /** What the field holds while the checksum is left open. */
  int pseudoSum() {
    return fold(pseudo(statedLength() - transport()));
  }

  /** Whether IPv4's own header checksum is right; IPv6 has none. */
  boolean headerIsSound() {
    return v6 || sum(ETHERNET, 20, 0) == 0xFFFF;
  }

  private long pseudo(int length) {
    long sum = length + (tcp ? TCP : UDP);
    int from = v6 ? ETHERNET + 8 : ETHERNET + 12;
    ByteBuffer b = ByteBuffer.wrap(frame);
    for (int i = from; i < transport(); i += 2) {
      sum += b.getShort(i) & 0xFFFF;
    }
    return sum;
  }

  private int sum(int from, int length, long begin) {
    long sum = begin;
    for (int i = 0; i < length; i++) {
      sum += (frame[from + i] & 0xFF) << ((i & 1) == 0 ? 8 : 0);
    }
    return fold(sum);
  }

  private static int fold(long sum) {
    long folded = sum;
    while (folded >>> 16 != 0) {
      folded = (folded & 0xFFFF) + (folded >>> 16);
    }
    return (int) folded;
  }

  /** The metadata of this packet with an open checksum, to be cut if gso is not 0. */
  long metadata(int gso) {
    return Offload.pack(transport(), field(), gso, header());
  }
}
