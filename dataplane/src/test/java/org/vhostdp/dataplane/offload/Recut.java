package org.vhostdp.dataplane.offload;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.vhostdp.spi.Offload;

/** What a network card would send of a frame with offloads: plain code, one segment at a time. */
final class Recut {
  private static final int PSH = 8;
  private static final int DONT_FRAGMENT = 0x4000;

  private Recut() {}

  /** The segments of a frame, or the frame itself with its checksum completed. */
  static List<byte[]> of(Received frame) {
    if (frame.large()) {
      return segments(frame);
    }
    return List.of(frame.open() ? completed(frame) : frame.bytes());
  }

  private static byte[] completed(Received frame) {
    byte[] bytes = frame.bytes().clone();
    int start = Offload.csumStart(frame.offload());
    int field = start + Offload.csumOffset(frame.offload());
    int sum = ~PlainChecksum.sum(bytes, start, bytes.length - start) & 0xFFFF;
    ByteBuffer.wrap(bytes).putShort(field, (short) sum);
    return bytes;
  }

  private static List<byte[]> segments(Received frame) {
    byte[] whole = frame.bytes();
    ByteBuffer b = ByteBuffer.wrap(whole);
    int t = Offload.csumStart(frame.offload());
    int payload = t + (b.get(t + 12) >> 4 & 15) * 4;
    int size = Offload.gsoSize(frame.offload());
    boolean version6 = (frame.flags() & Offload.GSO_TCP6) != 0;
    int ip = t - (version6 ? 40 : 20);
    assertTrue(frame.open(), "a large frame's checksum is open");
    assertEquals(16, Offload.csumOffset(frame.offload()));
    assertEquals(payload, Offload.headerLength(frame.offload()));
    assertEquals(version6 ? 0x86DD : 0x0800, Short.toUnsignedInt(b.getShort(ip - 2)));
    assertTrue(whole.length - ip <= 65_535 && whole.length <= 65_550, "too long");
    int counted = Short.toUnsignedInt(b.getShort(ip + (version6 ? 4 : 2)));
    assertEquals(whole.length - (version6 ? t : ip), counted, "the length in the IP header");
    assertEquals(pseudo(whole, ip, version6, t), Short.toUnsignedInt(b.getShort(t + 16)));
    assertTrue(version6 || PlainChecksum.sum(whole, ip, 20) == 0xFFFF, "the IP header's checksum");
    assertTrue(whole.length > payload + size, "large for nothing");
    List<byte[]> segments = new ArrayList<>();
    for (int at = payload; at < whole.length; at += size) {
      byte[] bytes = Arrays.copyOf(whole, payload + Math.min(size, whole.length - at));
      System.arraycopy(whole, at, bytes, payload, bytes.length - payload);
      finish(bytes, ip, t, segments.size(), at - payload, at + size >= whole.length);
      segments.add(bytes);
    }
    return segments;
  }

  private static void finish(byte[] bytes, int ip, int t, int index, int before, boolean last) {
    ByteBuffer b = ByteBuffer.wrap(bytes);
    boolean version6 = t - ip == 40;
    b.putInt(t + 4, b.getInt(t + 4) + before);
    if (!last) {
      b.put(t + 13, (byte) (b.get(t + 13) & ~PSH));
    }
    if (version6) {
      b.putShort(ip + 4, (short) (bytes.length - t));
    } else {
      b.putShort(ip + 2, (short) (bytes.length - ip));
      b.putShort(ip + 4, (short) (b.getShort(ip + 4) + index));
    }
    headerChecksum(bytes, ip, version6);
    b.putShort(t + 16, (short) 0);
    int addresses = ip + (version6 ? 8 : 12);
    int length = bytes.length - t;
    b.putShort(
        t + 16, (short) PlainChecksum.transport(bytes, addresses, version6 ? 32 : 8, 6, t, length));
  }

  private static void headerChecksum(byte[] bytes, int ip, boolean version6) {
    if (!version6) {
      ByteBuffer b = ByteBuffer.wrap(bytes);
      b.putShort(ip + 10, (short) 0);
      b.putShort(ip + 10, (short) ~PlainChecksum.sum(bytes, ip, 20));
    }
  }

  private static int pseudo(byte[] bytes, int ip, boolean version6, int t) {
    int addresses = ip + (version6 ? 8 : 12);
    int sum = PlainChecksum.sum(bytes, addresses, version6 ? 32 : 8) + 6 + bytes.length - t;
    while (sum > 0xFFFF) {
      sum = (sum & 0xFFFF) + (sum >>> 16);
    }
    return sum;
  }

  /** With identifications that need not be unique taken out. */
  static byte[] withoutAtomicIds(byte[] frame, int ip) {
    byte[] bytes = frame.clone();
    ByteBuffer b = ByteBuffer.wrap(bytes);
    if (bytes.length >= ip + 20
        && b.getShort(ip - 2) == 0x0800
        && (b.getShort(ip + 6) & DONT_FRAGMENT) != 0) {
      b.putShort(ip + 4, (short) 0).putShort(ip + 10, (short) 0);
    }
    return bytes;
  }
}
