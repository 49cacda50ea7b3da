package org.vhostdp.dataplane.net;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.vhostdp.dataplane.net.NetBed.Received;
import org.vhostdp.dataplane.net.QueueCounters.Name;
import org.vhostdp.dataplane.ring.RingBed.Layout;

/** One case each of what a driver receives: back-pressure, long frames, dropped frames, budgets. */
class ReceivePathTest {
  private static final int ROOM = 2048;
  private static final int MAX_FRAME = 6000;
  // -----------------------------------------------------------------------------

  private static final long PLAIN = Features.VERSION_1 | Features.INDIRECT_DESC;
  private static final long MERGEABLE = PLAIN | Features.MRG_RXBUF;

  private final Random random = new Random(9);

  private List<byte[]> feed(FeedingRx rx, int count, int length) {
    List<byte[]> frames = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      frames.add(NetBed.frame(random, length));
      rx.feed(frames.getLast(), 0, 0);
    }
    return frames;
  }

  private static void assertReceived(List<byte[]> frames, List<Received> received) {
    assertEquals(frames.size(), received.size());
    for (int i = 0; i < frames.size(); i++) {
      assertArrayEquals(frames.get(i), received.get(i).bytes());
    }
  }

  @Test
  void aStarvedGuestLosesNothing() throws Exception {
    for (boolean foreign : new boolean[] {false, true}) {
      try (NetBed bed = new NetBed(Layout.ONE_REGION, 256, MERGEABLE)) {
        FeedingRx rx = new FeedingRx(ROOM, bed.guestMemory());
        ReceivePath path = bed.receive(rx, MAX_FRAME, foreign);
        List<byte[]> frames = feed(rx, 100, 60);
        for (int i = 0; i < 5; i++) {
          assertEquals(0, path.poll());
          assertTrue(path.starved());
        }
        assertEquals(5, bed.count(Name.STARVED));
        List<Received> received = new ArrayList<>();
        for (int i = 0; i < 100; i++) {
          bed.post(false, 100);
          bed.driver().publish();
          assertEquals(1, path.poll());
          received.addAll(bed.received());
        }
        assertReceived(frames, received);
        assertEquals(0, path.poll());
        assertEquals(0, rx.lentOut());
      }
    }
  }

  @Test
  void buffersTooSmallToBeLentAreFilledByCopying() throws Exception {
    try (NetBed bed = new NetBed(Layout.ONE_REGION, 1024, PLAIN)) {
      FeedingRx rx = new FeedingRx(ROOM, bed.guestMemory());
      ReceivePath path = bed.receive(rx, MAX_FRAME, true);
      List<byte[]> frames = feed(rx, 1, 1500);
      int[] buffers = new int[700];
      Arrays.fill(buffers, 10);
      assertTrue(bed.post(false, buffers));
      bed.driver().publish();
      assertEquals(1, path.poll());
      assertReceived(frames, bed.received());
      assertEquals(0, rx.lentOut());
    }
  }

  @Test
  void aGroupTooShortIsNotBegun() throws Exception {
    try (NetBed bed = new NetBed(Layout.ONE_REGION, 16, MERGEABLE)) {
      FeedingRx rx = new FeedingRx(ROOM, bed.guestMemory());
      ReceivePath path = bed.receive(rx, MAX_FRAME, false);
      List<byte[]> frames = feed(rx, 1, 1000);
      bed.post(false, 400);
      bed.post(false, 400);
      bed.driver().publish();
      assertEquals(0, path.poll());
      assertTrue(path.starved());
      assertFalse(bed.driver().nextUsed(), "nothing of the group is published");
      bed.post(false, 400);
      bed.driver().publish();
      assertEquals(1, path.poll());
      List<Received> received = bed.received();
      assertReceived(frames, received);
      assertEquals(3, received.getFirst().header().numBuffers);
    }
  }

  @Test
  void aFrameThatAWholeRingCannotHoldIsDropped() throws Exception {
    try (NetBed bed = new NetBed(Layout.ONE_REGION, 16, MERGEABLE)) {
      FeedingRx rx = new FeedingRx(ROOM, bed.guestMemory());
      ReceivePath path = bed.receive(rx, MAX_FRAME, false);
      feed(rx, 1, 16 * 20);
      List<byte[]> next = feed(rx, 1, 16 * 20 - 12);
      for (int i = 0; i < 16; i++) {
        bed.post(false, 20);
      }
      bed.driver().publish();
      assertEquals(2, path.poll());
      assertEquals(1, bed.count(Name.DROPPED_TOO_LONG));
      assertReceived(next, bed.received());
    }
  }

  @Test
  void aFrameTooLongForOneBufferIsDroppedAndTheNextOneArrives() throws Exception {
    for (boolean foreign : new boolean[] {false, true}) {
      try (NetBed bed = new NetBed(Layout.ONE_REGION, 16, PLAIN)) {
        FeedingRx rx = new FeedingRx(ROOM, bed.guestMemory());
        ReceivePath path = bed.receive(rx, MAX_FRAME, foreign);
        feed(rx, 1, 100);
        List<byte[]> next = feed(rx, 1, 99);
        bed.post(false, 12 + 99);
        bed.driver().publish();
        assertEquals(2, path.poll());
        assertEquals(1, bed.count(Name.DROPPED_TOO_LONG));
        assertReceived(next, bed.received());
      }
    }
  }

  @Test
  void aBufferThatHoldsNoMoreThanTheHeaderStopsNobody() throws Exception {
    for (int room : new int[] {1, 11, 12}) {
      for (boolean foreign : new boolean[] {false, true}) {
        try (NetBed bed = new NetBed(Layout.ONE_REGION, 16, PLAIN)) {
          FeedingRx rx = new FeedingRx(ROOM, bed.guestMemory());
          ReceivePath path = bed.receive(rx, MAX_FRAME, foreign);
          feed(rx, 3, 100);
          bed.post(false, room);
          bed.driver().publish();
          assertEquals(3, path.poll(), "dropped, not left with the driver for ever");
          assertEquals(3, bed.count(Name.DROPPED_TOO_LONG));
        }
      }
    }
  }

  @Test
  void foreignFramesAreNotCopied() throws Exception {
    for (long features : new long[] {PLAIN, MERGEABLE}) {
      try (NetBed bed = new NetBed(Layout.ADJACENT, 64, features)) {
        FeedingRx rx = new FeedingRx(ROOM, bed.guestMemory());
        ReceivePath path = bed.receive(rx, 1500, true);
        List<byte[]> frames = feed(rx, 20, 1500);
        for (int i = 0; i < 30; i++) {
          bed.post(false, 12, 1500);
        }
        bed.driver().publish();
        assertEquals(20, path.poll());
        assertEquals(20, rx.direct);
        assertReceived(frames, bed.received());
      }
    }
  }

  @Test
  void heldFramesGoBackToTheDriver() throws Exception {
    try (NetBed bed = new NetBed(Layout.ONE_REGION, 16, MERGEABLE)) {
      FeedingRx rx = new FeedingRx(ROOM, bed.guestMemory());
      ReceivePath path = bed.receive(rx, MAX_FRAME, false);
      feed(rx, 10, 60);
      bed.post(false, 100);
      bed.driver().publish();
      assertEquals(1, path.poll());
      assertEquals(9, rx.lentOut());
      path.abandon();
      assertEquals(0, rx.lentOut());
    }
  }

  @Test
  void cve2019x3900OneTurnHasABudget() throws Exception {
    for (boolean foreign : new boolean[] {false, true}) {
      try (NetBed bed = new NetBed(Layout.ONE_REGION, 256, MERGEABLE)) {
        FeedingRx rx = new FeedingRx(ROOM, bed.guestMemory());
        ReceivePath path = bed.receive(rx, 100, foreign);
        feed(rx, 200, 60);
        for (int i = 0; i < 256; i++) {
          bed.post(false, 150);
        }
        bed.driver().publish();
        assertEquals(QueueSide.BURST, path.poll());
      }
    }
  }
}
