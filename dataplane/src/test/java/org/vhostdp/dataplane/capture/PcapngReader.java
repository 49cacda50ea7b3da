package org.vhostdp.dataplane.capture;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Reads a pcapng file, and fails where it is not one. */
final class PcapngReader {
  /** A packet as it was read. */
  record Packet(
      int port,
      long nanos,
      int length,
      byte[] bytes,
      int direction,
      int queue,
      long drops,
      String comment) {}

  final List<Packet> packets = new ArrayList<>();
  final List<String> ports = new ArrayList<>();
  final Map<Integer, long[]> statistics = new HashMap<>();
  int sections;

  PcapngReader(Path file) throws IOException {
    ByteBuffer in = ByteBuffer.wrap(Files.readAllBytes(file)).order(ByteOrder.LITTLE_ENDIAN);
    while (in.hasRemaining()) {
      int type = in.getInt(in.position());
      int length = in.getInt(in.position() + 4);
      assertTrue(length >= 12 && length % 4 == 0 && length <= in.remaining(), "length " + length);
      assertEquals(length, in.getInt(in.position() + length - 4), "the two lengths of a block");
      ByteBuffer body = in.slice(in.position() + 8, length - 12).order(ByteOrder.LITTLE_ENDIAN);
      read(type, body);
      in.position(in.position() + length);
    }
  }

  private void read(int type, ByteBuffer body) {
    switch (type) {
      case 0x0A0D0D0A -> {
        assertEquals(0x1A2B3C4D, body.getInt(0));
        sections++;
      }
      case 1 -> {
        assertEquals(1, body.getShort(0), "Ethernet");
        Map<Integer, byte[]> options = options(body.position(8));
        assertEquals(9, options.get(9)[0], "resolution");
        ports.add(new String(options.get(2), StandardCharsets.UTF_8));
      }
      case 5 -> {
        int port = body.getInt(0);
        Map<Integer, byte[]> options = options(body.position(12));
        statistics.put(port, new long[] {number(options.get(4)), number(options.get(5))});
      }
      case 6 -> packets.add(packet(body));
      default -> throw new AssertionError("a block of type " + type);
    }
  }

  private static Packet packet(ByteBuffer body) {
    int port = body.getInt();
    long nanos = (body.getInt() & 0xFFFFFFFFL) << 32 | body.getInt() & 0xFFFFFFFFL;
    byte[] bytes = new byte[body.getInt()];
    int length = body.getInt();
    body.get(bytes);
    body.position(body.position() + (-bytes.length & 3));
    Map<Integer, byte[]> options = options(body);
    byte[] comment = options.get(1);
    return new Packet(
        port,
        nanos,
        length,
        bytes,
        (int) number(options.get(2)),
        (int) number(options.get(6)),
        options.containsKey(4) ? number(options.get(4)) : 0,
        comment == null ? null : new String(comment, StandardCharsets.UTF_8));
  }

  private static long number(byte[] bytes) {
    ByteBuffer in = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
    return bytes.length == 8 ? in.getLong() : in.getInt();
  }

  private static Map<Integer, byte[]> options(ByteBuffer in) {
    Map<Integer, byte[]> options = new HashMap<>();
    while (in.hasRemaining()) {
      int code = in.getShort();
      byte[] value = new byte[in.getShort()];
      if (code == 0) {
        assertEquals(0, in.remaining(), "bytes after the last option");
        return options;
      }
      in.get(value);
      in.position(in.position() + (-value.length & 3));
      options.put(code, value);
    }
    throw new AssertionError("options without an end");
  }
}
