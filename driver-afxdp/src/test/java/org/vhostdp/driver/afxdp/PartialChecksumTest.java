package org.vhostdp.driver.afxdp;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.vhostdp.spi.Burst;
import org.vhostdp.spi.Offload;

/** Finishing checksums that a sender left open. */
final class PartialChecksumTest {
  private static final int ROOM = 8192;
  private static final int TCP = 6;
  private static final int UDP = 17;

  private final MemorySegment memory = Arena.ofAuto().allocate(ROOM);
  private final PartialChecksum checksum = new PartialChecksum(memory);
  private final Random random = new Random(7);

  /** A frame whose checksum field holds the pseudo-header's sum. */
  private byte[] open(int protocol, int payload) {
    int header = protocol == TCP ? 20 : 8;
    byte[] segment = new byte[header + payload];
    random.nextBytes(segment);
    if (protocol == UDP) {
      ByteBuffer.wrap(segment).putShort(4, (short) segment.length);
    }
    byte[] frame =
        Frames.ipv4(Frames.STATION, Frames.PEER, 0x0A000001, 0xC0A80102, protocol, segment);
    int sum = Frames.pseudo(frame);
    ByteBuffer.wrap(frame).putShort(34 + place(protocol), (short) sum);
    return frame;
  }

  private static int place(int protocol) {
    return protocol == TCP ? 16 : 6;
  }

  /** Treats a frame that lies in pieces of these lengths; the frame afterwards. */
  private byte[] treat(byte[] frame, boolean allowed, Burst burst, int... pieces) {
    int at = 0;
    for (int i = 0; i < pieces.length; i++) {
      // Each piece in a place of its own, none of them aligned.
      burst.offset[i] = 2048L * i + 3 * i;
      burst.length[i] = pieces[i];
      burst.flags[i] = i < pieces.length - 1 ? Offload.MORE : 0;
      MemorySegment.copy(frame, at, memory, ValueLayout.JAVA_BYTE, burst.offset[i], pieces[i]);
      at += pieces[i];
    }
    checksum.treat(burst, 0, pieces.length, allowed);
    byte[] out = new byte[frame.length];
    at = 0;
    for (int i = 0; i < pieces.length; i++) {
      MemorySegment.copy(memory, ValueLayout.JAVA_BYTE, burst.offset[i], out, at, pieces[i]);
      at += pieces[i];
    }
    return out;
  }

  @Test
  void anOpenChecksumIsFinished() {
    for (int protocol : new int[] {TCP, UDP}) {
      for (int payload = 0; payload < 300; payload++) {
        byte[] frame = open(protocol, payload);
        byte[] out = treat(frame, false, new Burst(4), frame.length);
        assertTrue(Frames.checksumIsRight(out), "protocol " + protocol + ", " + payload);
        assertArrayEquals(out, treat(out, false, new Burst(4), out.length), "done once more");
      }
    }
  }

  @Test
  void piecesOfAnyLengthCount() {
    for (int cut = 60; cut < 200; cut++) {
      byte[] frame = open(TCP, 400);
      byte[] out = treat(frame, false, new Burst(4), cut, 101, frame.length - cut - 101);
      assertTrue(Frames.checksumIsRight(out), "cut at " + cut);
    }
  }

  @Test
  void whereItMayStayOpenItIsFlagged() {
    byte[] frame = open(TCP, 100);
    Burst burst = new Burst(4);
    assertArrayEquals(frame, treat(frame, true, burst, frame.length));
    assertEquals(Offload.CSUM_PARTIAL, burst.flags[0]);
    assertEquals(34, Offload.csumStart(burst.offload[0]));
    assertEquals(16, Offload.csumOffset(burst.offload[0]));
  }

  @Test
  void tagsAreSteppedOver() {
    byte[] plain = open(UDP, 50);
    byte[] tagged = new byte[plain.length + 8];
    System.arraycopy(plain, 0, tagged, 0, 12);
    ByteBuffer.wrap(tagged).putInt(12, 0x88A80001).putInt(16, 0x81000002);
    System.arraycopy(plain, 12, tagged, 20, plain.length - 12);
    byte[] out = treat(tagged, false, new Burst(4), tagged.length);
    System.arraycopy(out, 20, plain, 12, plain.length - 12);
    assertTrue(Frames.checksumIsRight(plain));
  }

  @Test
  void ipv6IsFinished() {
    byte[] frame = new byte[14 + 40 + 8 + 33];
    random.nextBytes(frame);
    ByteBuffer b = ByteBuffer.wrap(frame);
    b.putShort(12, (short) 0x86DD).putInt(14, 0x60000000);
    b.putShort(18, (short) 41).put(20, (byte) UDP).put(21, (byte) 64);
    b.putShort(58, (short) 41);
    int pseudo = Frames.sum(frame, 22, 32, 41 + UDP);
    b.putShort(60, (short) pseudo);
    byte[] out = treat(frame, false, new Burst(4), frame.length);
    assertEquals(0xFFFF, Frames.sum(out, 54, 41, pseudo));
  }

  @Test
  void othersAreLeftAlone() {
    byte[] finished = treat(open(TCP, 64), false, new Burst(4), 34 + 84);
    finished[60] ^= 1;
    Burst burst = new Burst(4);
    assertArrayEquals(finished, treat(finished, false, burst, finished.length), "a wrong one");
    byte[] fragment = open(UDP, 64);
    fragment[20] = 0x20;
    assertArrayEquals(fragment, treat(fragment, true, burst, fragment.length), "a fragment");
    assertEquals(0, burst.flags[0]);
  }

  @Test
  void noBytesHurt() {
    Burst burst = new Burst(4);
    int[] types = {0x0800, 0x86DD, 0x8100, 0x88A8};
    int flagged = 0;
    for (int i = 0; i < 200_000; i++) {
      byte[] frame = new byte[14 + random.nextInt(80)];
      random.nextBytes(frame);
      ByteBuffer.wrap(frame).putShort(12, (short) types[i & 3]);
      treat(frame, true, burst, frame.length);
      flagged += burst.flags[0] == 0 ? 0 : 1;
      assertFalse(Offload.csumStart(burst.offload[0]) > frame.length);
      burst.offload[0] = 0;
    }
    assertTrue(flagged < 100, "flagged " + flagged);
  }
}
