package org.vhostdp.dataplane.steering;

import java.io.ByteArrayOutputStream;
import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.util.Arrays;

/** Frames for tests. */
final class Packets {
  static final int TCP = 6;
  static final int UDP = 17;

  private Packets() {}

  static byte[] address(String literal) {
    return InetAddress.ofLiteral(literal).getAddress();
  }

  static byte[] join(byte[]... parts) {
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    for (byte[] part : parts) {
      all.writeBytes(part);
    }
    return all.toByteArray();
  }

  static byte[] words(int... values) {
    ByteBuffer out = ByteBuffer.allocate(2 * values.length);
    for (int value : values) {
      out.putShort((short) value);
    }
    return out.array();
  }

  /** Ethernet; tags are EtherTypes of tags before the type. */
  static byte[] ethernet(int type, byte[] payload, int... tags) {
    byte[] addresses = {2, 0, 0, 0, 0, 1, 2, 0, 0, 0, 0, 2};
    byte[] tagged = {};
    for (int tag : tags) {
      tagged = join(tagged, words(tag, 7));
    }
    return join(addresses, tagged, words(type), payload);
  }

  static byte[] ports(int source, int destination, int length) {
    return join(words(source, destination), new byte[length]);
  }

  /** IPv4; fragment is the word of flags and offset, options are multiples of 4 bytes. */
  static byte[] ipv4(
      int protocol, byte[] source, byte[] destination, int fragment, int options, byte[] payload) {
    ByteBuffer ip = ByteBuffer.allocate(20 + options);
    ip.put(0, (byte) (0x45 + options / 4));
    ip.putShort(2, (short) (20 + options + payload.length));
    ip.putShort(6, (short) fragment);
    ip.put(8, (byte) 64);
    ip.put(9, (byte) protocol);
    ip.put(12, source);
    ip.put(16, destination);
    return join(ip.array(), payload);
  }

  static byte[] ipv6(int next, byte[] source, byte[] destination, byte[] payload) {
    ByteBuffer ip = ByteBuffer.allocate(40);
    ip.put(0, (byte) 0x60);
    ip.putShort(4, (short) payload.length);
    ip.put(6, (byte) next);
    ip.put(7, (byte) 64);
    ip.put(8, source);
    ip.put(24, destination);
    return join(ip.array(), payload);
  }

  /** An extension header of so many units of 8 bytes, with this after its first two bytes. */
  static byte[] extension(int next, int units, byte[] data, byte[] payload) {
    byte[] header =
        Arrays.copyOf(join(new byte[] {(byte) next, (byte) (units - 1)}, data), 8 * units);
    return join(header, payload);
  }

  /** A frame of TCP or UDP over IPv4 with a number in its payload. */
  static byte[] flow(int protocol, String source, int from, String destination, int to, int mark) {
    byte[] payload =
        join(words(from, to), new byte[16], ByteBuffer.allocate(4).putInt(mark).array());
    return ethernet(0x0800, ipv4(protocol, address(source), address(destination), 0, 0, payload));
  }

  /** The last four bytes. */
  static int mark(byte[] frame) {
    return ByteBuffer.wrap(frame).getInt(frame.length - 4);
  }
}
