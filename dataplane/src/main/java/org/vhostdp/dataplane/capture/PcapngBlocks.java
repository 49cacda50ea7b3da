package org.vhostdp.dataplane.capture;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * Blocks of a pcapng file (draft-ietf-opsawg-pcapng), little-endian, built in a buffer until
 * somebody takes them away. One thread.
 */
final class PcapngBlocks {
  private static final int SECTION_HEADER = 0x0A0D0D0A;
  private static final int BYTE_ORDER = 0x1A2B3C4D;
  private static final int INTERFACE = 1;
  private static final int STATISTICS = 5;
  private static final int ENHANCED_PACKET = 6;
  private static final int ETHERNET = 1;

  private static final int COMMENT = 1;
  private static final int APPLICATION = 4;
  private static final int NAME = 2;
  private static final int RESOLUTION = 9;
  private static final int PACKET_FLAGS = 2;
  private static final int PACKET_DROPS = 4;
  private static final int PACKET_QUEUE = 6;
  private static final int START = 2;
  private static final int END = 3;
  private static final int RECEIVED = 4;
  private static final int DROPPED = 5;
  private static final int INBOUND = 1;
  private static final int OUTBOUND = 2;

  private static final byte NANOSECONDS = 9;
  private static final int MOST_TEXT = 1024;

  /** No block but a packet's is longer; a packet's is this beside its bytes. */
  private static final int MOST_BLOCK = 4096;

  private final MemorySegment memory;
  private final ByteBuffer out;
  private int block;

  /**
   * @param arena owns the buffer
   * @param room bytes of blocks to hold beside one largest packet
   */
  PcapngBlocks(Arena arena, int room) {
    memory = arena.allocate(room + CaptureSpec.MOST_SNAP + MOST_BLOCK);
    out = memory.asByteBuffer().order(ByteOrder.LITTLE_ENDIAN);
  }

  MemorySegment memory() {
    return memory;
  }

  /** Bytes built. */
  int size() {
    return out.position();
  }

  /** They were taken away. */
  void clear() {
    out.clear();
  }

  void section(String program) {
    begin(SECTION_HEADER);
    out.putInt(BYTE_ORDER).putShort((short) 1).putShort((short) 0).putLong(-1);
    option(APPLICATION, program);
    end();
  }

  void describe(String port, int snapLength) {
    begin(INTERFACE);
    out.putShort((short) ETHERNET).putShort((short) 0).putInt(snapLength);
    option(NAME, port);
    option(RESOLUTION, 1);
    out.put(NANOSECONDS);
    pad();
    end();
  }

  /**
   * A packet.
   *
   * @param port interface id
   * @param nanos since 1970
   * @param drops frames of this queue and direction lost before it
   * @param note a comment, or null
   */
  void packet(int port, long nanos, CaptureRing ring, long at, long drops, String note) {
    begin(ENHANCED_PACKET);
    int captured = ring.captured(at);
    out.putInt(port);
    time(nanos);
    out.putInt(captured).putInt(ring.length(at));
    MemorySegment.copy(ring.memory(), at + CaptureRing.HEADER, memory, out.position(), captured);
    out.position(out.position() + captured);
    pad();
    option(PACKET_FLAGS, Integer.BYTES);
    out.putInt(ring.receive ? INBOUND : OUTBOUND);
    option(PACKET_QUEUE, Integer.BYTES);
    out.putInt(ring.queue);
    if (drops > 0) {
      option(PACKET_DROPS, Long.BYTES);
      out.putLong(drops);
    }
    if (note != null) {
      option(COMMENT, note);
    }
    end();
  }

  /** What was seen of an interface from a time to another. */
  void statistics(int port, long from, long to, long received, long dropped) {
    begin(STATISTICS);
    out.putInt(port);
    time(to);
    option(START, Long.BYTES);
    time(from);
    option(END, Long.BYTES);
    time(to);
    option(RECEIVED, Long.BYTES);
    out.putLong(received);
    option(DROPPED, Long.BYTES);
    out.putLong(dropped);
    end();
  }

  private void begin(int type) {
    block = out.position();
    out.putInt(type).putInt(0);
  }

  /** Ends the options, if there are any, and the block with its length, which stands twice. */
  private void end() {
    out.putInt(0);
    int length = out.position() + Integer.BYTES - block;
    out.putInt(length).putInt(block + Integer.BYTES, length);
  }

  private void time(long nanos) {
    out.putInt((int) (nanos >>> 32)).putInt((int) nanos);
  }

  private void option(int code, int length) {
    out.putShort((short) code).putShort((short) length);
  }

  private void option(int code, String text) {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    if (bytes.length > MOST_TEXT) {
      bytes = Arrays.copyOf(bytes, MOST_TEXT);
    }
    option(code, bytes.length);
    out.put(bytes);
    pad();
  }

  private void pad() {
    while ((out.position() - block & 3) != 0) {
      out.put((byte) 0);
    }
  }
}
