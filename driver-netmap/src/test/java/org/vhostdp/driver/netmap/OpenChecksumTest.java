package org.vhostdp.driver.netmap;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.vhostdp.spi.Burst;
import org.vhostdp.spi.Offload;

final class OpenChecksumTest {
  private static final int APART = 300;
  private static final int START = 34;
  private static final int OFFSET = 6;

  /** Puts the pieces apart in memory, finishes the checksum, and gives the frame back. */
  private static byte[] finished(byte[] frame, long packed, int... lengths) {
    MemorySegment memory = MemorySegment.ofArray(new byte[APART * (lengths.length + 1)]);
    Burst burst = new Burst(lengths.length + 1);
    int at = 0;
    for (int i = 1; i <= lengths.length; i++) {
      burst.offset[i] = (long) i * APART;
      burst.length[i] = lengths[i - 1];
      MemorySegment.copy(frame, at, memory, ValueLayout.JAVA_BYTE, burst.offset[i], lengths[i - 1]);
      at += lengths[i - 1];
    }
    OpenChecksum.finish(memory, burst, 1, lengths.length + 1, packed);
    byte[] result = new byte[at];
    at = 0;
    for (int i = 1; i <= lengths.length; i++) {
      MemorySegment.copy(
          memory, ValueLayout.JAVA_BYTE, burst.offset[i], result, at, lengths[i - 1]);
      at += lengths[i - 1];
    }
    return result;
  }

  /** The ones' complement sum from the start on; 0xffff if the checksum among it is right. */
  private static int sum(byte[] frame) {
    int sum = 0;
    for (int i = START; i < frame.length; i++) {
      sum += (frame[i] & 0xFF) << ((i - START & 1) == 0 ? 8 : 0);
    }
    return (sum & 0xFFFF) + (sum >>> 16);
  }

  private static byte[] random(int length) {
    byte[] frame = new byte[length];
    new Random(7).nextBytes(frame);
    return frame;
  }

  @Test
  void piecesOfAnyLengthGiveTheSameChecksum() {
    byte[] frame = random(251);
    long packed = Offload.pack(START, OFFSET, 0, 0);
    byte[] whole = finished(frame, packed, 251);
    // The field holds the sum of what is not in the frame, so the whole comes to its complement.
    int before = (frame[START + OFFSET] & 0xFF) << 8 | frame[START + OFFSET + 1] & 0xFF;
    int sum = sum(whole) + before;
    assertEquals(0xFFFF, (sum & 0xFFFF) + (sum >>> 16));
    assertArrayEquals(whole, finished(frame, packed, 35, 6, 209, 1));
    assertArrayEquals(whole, finished(frame, packed, 20, 21, 210));
    assertArrayEquals(whole, finished(frame, packed, 41, 1, 3, 206));
  }

  @Test
  void zeroIsWrittenAsOnes() {
    byte[] frame = new byte[60];
    frame[START + OFFSET] = -1;
    frame[START + OFFSET + 1] = -1;
    byte[] done = finished(frame, Offload.pack(START, OFFSET, 0, 0), 60);
    assertEquals(-1, done[START + OFFSET]);
    assertEquals(-1, done[START + OFFSET + 1]);
  }

  @Test
  void aFieldBehindTheEndIsLeftAlone() {
    byte[] frame = random(60);
    assertArrayEquals(frame, finished(frame, Offload.pack(0xFFFF, 0xFFFF, 0, 0), 30, 30));
    assertArrayEquals(frame, finished(frame, Offload.pack(START, 25, 0, 0), 30, 30));
  }
}
