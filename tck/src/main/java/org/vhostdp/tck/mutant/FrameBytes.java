package org.vhostdp.tck.mutant;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.List;
import org.vhostdp.spi.Burst;
import org.vhostdp.spi.Port;
import org.vhostdp.spi.Region;

/**
 * The bytes of one entry after another, without an object for each: a mutant must not break the
 * rule about garbage.
 */
final class FrameBytes {
  private static final ValueLayout.OfShort BE16 =
      ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.BIG_ENDIAN);

  private final Port port;
  private MemorySegment memory;
  private int region = -1;
  private long offset;
  private int length;

  FrameBytes(Port port) {
    this.port = port;
  }

  /** Moves to an entry; false if its bytes do not lie in the port's own memory. */
  boolean at(Burst burst, int i) {
    offset = burst.offset[i];
    length = burst.length[i];
    return find(burst.region[i])
        && offset >= 0
        && length >= 0
        && length <= memory.byteSize() - offset;
  }

  private boolean find(int wanted) {
    if (memory == null || region != wanted || !memory.scope().isAlive()) {
      List<Region> regions = port.regions();
      region = wanted;
      memory = wanted >= 0 && wanted < regions.size() ? regions.get(wanted).segment() : null;
    }
    return memory != null;
  }

  int length() {
    return length;
  }

  /** The word at an offset of the frame, or -1 if it is shorter. */
  int word(int at) {
    return at + 2 <= length ? memory.get(BE16, offset + at) & 0xFFFF : -1;
  }

  void word(int at, int value) {
    memory.set(BE16, offset + at, (short) value);
  }

  /** The destination port of TCP or UDP behind a plain IP header, or -1. */
  int port() {
    return switch (word(12)) {
      case 0x0800 -> word(36);
      case 0x86DD -> word(56);
      default -> -1;
    };
  }
}
