package org.vhostdp.tck.mutant;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import org.vhostdp.spi.Burst;
import org.vhostdp.spi.Port;
import org.vhostdp.tck.rule.Frames;

/**
 * Entries of a burst that lie in a port's own memory. Numbers are read without an object for each:
 * a mutant must not break the rule about garbage.
 */
final class Entries {
  private static final int VD = 0x7664;
  private static final int TC = 0x5443;
  private static final int K = 0x4b00;

  private final Port port;
  private final FrameBytes frame;

  Entries(Port port) {
    this.port = port;
    frame = new FrameBytes(port);
  }

  /** The number of the kit's frame in an entry, or -1. */
  int number(Burst burst, int i) {
    boolean ours =
        frame.at(burst, i)
            && frame.length() >= Frames.SHORTEST
            && frame.word(12) == Frames.ETHER_TYPE
            && frame.word(14) == VD
            && frame.word(16) == TC
            && frame.word(18) == K;
    return ours ? frame.word(20) << 16 | frame.word(22) : -1;
  }

  /** The bytes of an entry that has a number or was just claimed. */
  MemorySegment bytes(Burst burst, int i) {
    MemorySegment memory = port.regions().get(burst.region[i]).segment();
    return memory.asSlice(burst.offset[i], burst.length[i]);
  }

  byte[] copy(Burst burst, int i) {
    return bytes(burst, i).toArray(ValueLayout.JAVA_BYTE);
  }

  /** Changes the last byte. */
  void flip(Burst burst, int i) {
    MemorySegment bytes = bytes(burst, i);
    long at = bytes.byteSize() - 1;
    byte right = bytes.get(ValueLayout.JAVA_BYTE, at);
    bytes.set(ValueLayout.JAVA_BYTE, at, (byte) (right ^ 0x5a));
  }
}
