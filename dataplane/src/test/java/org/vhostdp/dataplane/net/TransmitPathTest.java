package org.vhostdp.dataplane.net;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.vhostdp.dataplane.net.QueueCounters.Name;
import org.vhostdp.dataplane.ring.RingBed.Layout;
import org.vhostdp.guest.twin.NetHeader;

/** One case each of what a guest sends: back-pressure, long frames, dropped frames, budgets. */
class TransmitPathTest {
  private static final int ROOM = 700;
  private static final int SEGMENTS = 6;
  private static final int MAX_FRAME = ROOM * SEGMENTS;
  // -----------------------------------------------------------------------------

  private static final long PLAIN = Features.VERSION_1 | Features.INDIRECT_DESC;

  private final Random random = new Random(7);

  private List<byte[]> sendFrames(NetBed bed, int count, int length) {
    List<byte[]> frames = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      byte[] frame = NetBed.frame(random, length);
      assertTrue(bed.send(bed.packet(new NetHeader(), frame), false));
      frames.add(frame);
    }
    bed.driver().publish();
    return frames;
  }

  private static void assertSent(List<byte[]> frames, RecordingTx tx) {
    assertEquals(frames.size(), tx.sent.size());
    for (int i = 0; i < frames.size(); i++) {
      assertArrayEquals(frames.get(i), tx.sent.get(i).bytes());
    }
  }

  @Test
  void aFullDriverLeavesFramesInTheRing() throws Exception {
    for (boolean foreign : new boolean[] {false, true}) {
      try (NetBed bed = new NetBed(Layout.ONE_REGION, 64, PLAIN)) {
        RecordingTx tx = new RecordingTx(ROOM, bed.guestMemory());
        TransmitPath path = bed.transmit(tx, MAX_FRAME, SEGMENTS, foreign);
        List<byte[]> frames = sendFrames(bed, 10, 60);
        tx.accepts = n -> tx.sent.size() < 4 ? 4 : 0;
        assertEquals(4, path.poll());
        assertTrue(path.blocked());
        for (int i = 0; i < 3; i++) {
          assertEquals(0, path.poll());
          assertTrue(path.blocked());
        }
        assertEquals(4, bed.count(Name.BACK_PRESSURE));
        assertEquals(4, bed.reclaim());
        tx.accepts = n -> n;
        assertEquals(6, path.poll());
        assertFalse(path.blocked());
        assertSent(frames, tx);
      }
    }
  }

  @Test
  void aDriverWithoutFreeFramesLosesNothing() throws Exception {
    try (NetBed bed = new NetBed(Layout.ONE_REGION, 64, PLAIN)) {
      RecordingTx tx = new RecordingTx(ROOM, bed.guestMemory());
      TransmitPath path = bed.transmit(tx, MAX_FRAME, SEGMENTS, false);
      List<byte[]> frames = sendFrames(bed, 9, 60);
      tx.claims = n -> 0;
      assertEquals(0, path.poll());
      assertTrue(path.blocked());
      tx.claims = n -> 5;
      assertEquals(5, path.poll());
      assertFalse(path.blocked(), "fewer than asked for is no reason to sleep");
      assertEquals(4, path.poll());
      assertSent(frames, tx);
    }
  }

  @Test
  void aFrameLongerThanTheDriversTakesSeveralEntries() throws Exception {
    try (NetBed bed = new NetBed(Layout.ONE_REGION, 64, PLAIN)) {
      RecordingTx tx = new RecordingTx(ROOM, bed.guestMemory());
      TransmitPath path = bed.transmit(tx, MAX_FRAME, SEGMENTS, false);
      List<byte[]> frames = sendFrames(bed, 1, MAX_FRAME);
      tx.claims = n -> SEGMENTS - 1;
      assertEquals(0, path.poll(), "too few frames now, not for ever");
      assertTrue(path.blocked());
      assertEquals(0, tx.lentOut());
      tx.claims = n -> n;
      assertEquals(1, path.poll());
      assertSent(frames, tx);
    }
  }

  @Test
  void aFrameInMoreBuffersThanABurstLendsIsCopied() throws Exception {
    try (NetBed bed = new NetBed(Layout.ONE_REGION, 1024, PLAIN)) {
      RecordingTx tx = new RecordingTx(ROOM, bed.guestMemory());
      TransmitPath path = bed.transmit(tx, MAX_FRAME, 1024, true);
      byte[] frame = NetBed.frame(random, 600);
      int[] cuts = new int[300];
      Arrays.fill(cuts, 2);
      cuts[0] = 12;
      assertTrue(bed.send(bed.packet(new NetHeader(), frame), false, cuts));
      bed.driver().publish();
      List<byte[]> next = sendFrames(bed, 1, 60);
      for (int left = 2; left > 0; ) {
        int n = path.poll();
        assertTrue(n > 0);
        left -= n;
      }
      assertSent(List.of(frame, next.getFirst()), tx);
      assertEquals(2, bed.reclaim());
    }
  }

  @Test
  void aFrameOfMoreSegmentsThanTheDriverTakesIsDropped() throws Exception {
    try (NetBed bed = new NetBed(Layout.ONE_REGION, 64, PLAIN)) {
      RecordingTx tx = new RecordingTx(ROOM, bed.guestMemory());
      TransmitPath path = bed.transmit(tx, 2 * MAX_FRAME, SEGMENTS, false);
      sendFrames(bed, 1, MAX_FRAME + 1);
      List<byte[]> next = sendFrames(bed, 1, 60);
      assertEquals(1, path.poll());
      assertEquals(1, bed.count(Name.DROPPED_TOO_LONG));
      assertEquals(1, path.poll());
      assertSent(next, tx);
    }
  }

  @Test
  void aRefusedFrameIsDroppedAloneAndTheOthersPass() throws Exception {
    for (boolean foreign : new boolean[] {false, true}) {
      try (NetBed bed = new NetBed(Layout.ONE_REGION, 64, PLAIN)) {
        RecordingTx tx = new RecordingTx(ROOM, bed.guestMemory());
        TransmitPath path = bed.transmit(tx, MAX_FRAME, SEGMENTS, foreign);
        List<byte[]> frames = new ArrayList<>(sendFrames(bed, 7, 60));
        byte[] never = frames.remove(3);
        tx.refused = frame -> Arrays.equals(frame, never);
        assertEquals(3, path.poll());
        assertFalse(path.blocked(), "the frame behind it would wait for ever");
        assertEquals(1, path.poll());
        assertEquals(1, bed.count(Name.DROPPED_REFUSED));
        assertEquals(3, path.poll());
        assertSent(frames, tx);
        assertEquals(7, bed.reclaim());
      }
    }
  }

  @Test
  void cve2019x3900OneTurnHasABudget() throws Exception {
    for (boolean foreign : new boolean[] {false, true}) {
      try (NetBed bed = new NetBed(Layout.ONE_REGION, 256, PLAIN)) {
        RecordingTx tx = new RecordingTx(ROOM, bed.guestMemory());
        TransmitPath path = bed.transmit(tx, MAX_FRAME, SEGMENTS, foreign);
        List<byte[]> frames = sendFrames(bed, 128, 14);
        assertEquals(
            List.of(32, 32, 32, 32, 0), IntStream.range(0, 5).mapToObj(i -> path.poll()).toList());
        assertSent(frames, tx);
      }
    }
  }
}
