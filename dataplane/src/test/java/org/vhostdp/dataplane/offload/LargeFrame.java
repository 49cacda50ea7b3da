package org.vhostdp.dataplane.offload;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.vhostdp.spi.Offload;

/**
 * A frame to be cut, and what must come of it, made with plain arrays.
 *
 * @param tags VLAN tags
 * @param extra words of IPv4 options, or IPv6 extension headers
 * @param options words of TCP options
 * @param flags the TCP header's
 */
record LargeFrame(
    int tags, boolean version6, boolean tcp, int extra, int options, int flags, int payload) {
  static final int FIN = 1;
  static final int PSH = 8;
  static final int ACK = 16;
  static final int CWR = 128;

  private static final int[] EXTENSIONS = {0, 60, 43};

  int offload() {
    return !tcp ? Offload.GSO_USO : version6 ? Offload.GSO_TCP6 : Offload.GSO_TCP4;
  }

  int ip() {
    return 14 + 4 * tags;
  }

  int transport() {
    return ip() + (version6 ? 40 + 8 * extensions() : 20 + 4 * extra);
  }

  int headers() {
    return transport() + (tcp ? 20 + 4 * options : 8);
  }

  private int extensions() {
    return Math.min(extra, EXTENSIONS.length);
  }

  private int protocol() {
    return tcp ? 6 : 17;
  }

  private int addresses() {
    return ip() + (version6 ? 8 : 12);
  }

  /** The frame as a guest gives it: the checksum field holds the pseudo-header's sum. */
  byte[] bytes(Random random) {
    byte[] bytes = new byte[headers() + payload];
    random.nextBytes(bytes);
    ByteBuffer frame = ByteBuffer.wrap(bytes);
    for (int tag = 0; tag < tags; tag++) {
      frame.putShort(12 + 4 * tag, (short) (tag == 0 && tags == 2 ? 0x88A8 : 0x8100));
    }
    frame.putShort(ip() - 2, (short) (version6 ? 0x86DD : 0x0800));
    if (version6) {
      frame.put(ip(), (byte) 0x60);
      int next = ip() + 6;
      for (int i = 0; i < extensions(); i++) {
        frame.put(next, (byte) EXTENSIONS[i]);
        next = ip() + 40 + 8 * i;
        frame.put(next + 1, (byte) 0);
      }
      frame.put(next, (byte) protocol());
    } else {
      frame.put(ip(), (byte) (0x45 + extra));
      frame.putShort(ip() + 6, (short) 0x4000);
      frame.put(ip() + 9, (byte) protocol());
    }
    if (tcp) {
      frame.putShort(transport() + 12, (short) (5 + options << 12 | flags));
    }
    int length = bytes.length - transport();
    // An odd number of complements: the sum of the pseudo-header, not inverted.
    int sum =
        ~PlainChecksum.transport(bytes, addresses(), addressBytes(), protocol(), 0, 0) & 0xFFFF;
    sum += length;
    frame.putShort(transport() + (tcp ? 16 : 6), (short) ((sum & 0xFFFF) + (sum >>> 16)));
    return bytes;
  }

  private int addressBytes() {
    return version6 ? 32 : 8;
  }

  /** The frames that it becomes. */
  List<byte[]> cut(byte[] whole, int size) {
    List<byte[]> cut = new ArrayList<>();
    int at = headers();
    do {
      int end = Math.min(whole.length, at + size);
      cut.add(segment(whole, cut.size(), at, end));
      at = end;
    } while (at < whole.length);
    return cut;
  }

  private byte[] segment(byte[] whole, int index, int from, int end) {
    byte[] bytes = Arrays.copyOf(whole, headers() + end - from);
    System.arraycopy(whole, from, bytes, headers(), end - from);
    ByteBuffer frame = ByteBuffer.wrap(bytes);
    int t = transport();
    if (version6) {
      frame.putShort(ip() + 4, (short) (bytes.length - ip() - 40));
    } else {
      frame.putShort(ip() + 2, (short) (bytes.length - ip()));
      frame.putShort(ip() + 4, (short) (frame.getShort(ip() + 4) + index));
      frame.putShort(ip() + 10, (short) 0);
      frame.putShort(ip() + 10, (short) ~PlainChecksum.sum(bytes, ip(), t - ip()));
    }
    if (tcp) {
      frame.putInt(t + 4, frame.getInt(t + 4) + from - headers());
      int kept = flags & (index == 0 ? -1 : ~CWR) & (end == whole.length ? -1 : ~(FIN | PSH));
      frame.putShort(t + 12, (short) (5 + options << 12 | kept));
    } else {
      frame.putShort(t + 4, (short) (bytes.length - t));
    }
    int field = t + (tcp ? 16 : 6);
    frame.putShort(field, (short) 0);
    int sum =
        PlainChecksum.transport(
            bytes, addresses(), addressBytes(), protocol(), t, bytes.length - t);
    frame.putShort(field, (short) (!tcp && sum == 0 ? 0xFFFF : sum));
    return bytes;
  }
}
