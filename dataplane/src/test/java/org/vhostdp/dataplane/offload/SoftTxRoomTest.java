package org.vhostdp.dataplane.offload;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.vhostdp.dataplane.net.QueueCounters;
import org.vhostdp.dataplane.net.QueueCounters.Name;
import org.vhostdp.dataplane.stage.Regions;
import org.vhostdp.dataplane.stage.TxStage;
import org.vhostdp.spi.Burst;
import org.vhostdp.spi.Wakeup;

/** Lending, holding and refusing: every frame is somebody's, and only one's. */
class SoftTxRoomTest {
  private static final int ALL = SoftTx.OFFLOADS;

  private static final LargeFrame USO4 = new LargeFrame(0, false, false, 0, 0, 0, 20_000);

  @Test
  void aRejectedTailIsAsItWas() {
    SoftTxBed bed = new SoftTxBed(SoftTxBed.plainDriver(0));
    bed.driver.accepts = entries -> 1;
    SoftTxBed.Asked open = SoftTxBed.open(new LargeFrame(0, true, true, 0, 0, 16, 100), 1);
    assertEquals(3, bed.soft.claim(bed.burst, 3));
    for (int i = 0; i < 3; i++) {
      bed.fill(i, open);
    }
    assertEquals(1, bed.soft.transmit(bed.burst, 0, 3));
    assertEquals(Burst.FULL, bed.burst.status[1]);
    for (int i = 1; i < 3; i++) {
      assertEquals(open.flags(), bed.burst.flags[i]);
      assertArrayEquals(open.bytes(), bed.bytes(i));
    }
    assertEquals(1, bed.count(Name.FALLBACK_CHECKSUM));
    bed.driver.accepts = entries -> entries;
    assertEquals(2, bed.soft.transmit(bed.burst, 1, 2));
    bed.assertPlain(List.of(open, open, open));
  }

  @Test
  void aFrameThatFindsNoRoomIsHeldAndNothingOvertakesIt() {
    SoftTxBed bed = new SoftTxBed(SoftTxBed.plainDriver(0));
    bed.driver.claims = max -> 1;
    int[] left = {4};
    bed.driver.accepts = entries -> left[0]-- > 0 ? entries : 0;
    SoftTxBed.Asked large = SoftTxBed.large(USO4, 1);
    assertEquals(1, bed.offer(List.of(large)));
    assertTrue(bed.soft.holds());
    assertEquals(4, bed.driver.sent.size());
    assertEquals(0, bed.soft.claim(bed.burst, 32));
    assertEquals(0, bed.soft.claimLarge(bed.burst));
    assertEquals(0, bed.soft.pump());
    left[0] = 2;
    assertEquals(2, bed.soft.pump());
    bed.driver.accepts = entries -> entries;
    bed.driver.claims = max -> max;
    assertEquals(10, bed.soft.pump());
    bed.assertPlain(List.of(large));
  }

  @Test
  void whatIsHeldAtTheEndIsDroppedAndCounted() {
    for (boolean spread : new boolean[] {false, true}) {
      SoftTxBed bed =
          new SoftTxBed(
              spread
                  ? SoftTxBed.driver(ALL, SoftTx.MOST_FRAME, 4096, 20, 64)
                  : SoftTxBed.plainDriver(0));
      int[] left = {4};
      bed.driver.claims = max -> Math.min(left[0]--, 1);
      assertEquals(1, claimedLarge(bed, SoftTxBed.large(USO4, 1)));
      assertTrue(bed.soft.holds());
      bed.soft.discard();
      bed.driver.claims = max -> max;
      assertEquals(1, bed.count(Name.DROPPED_STOPPED));
      bed.assertNothingLent();
    }
  }

  private static int claimedLarge(SoftTxBed bed, SoftTxBed.Asked frame) {
    assertEquals(1, bed.soft.claimLarge(bed.burst));
    assertTrue(bed.fill(0, frame));
    return bed.soft.transmit(bed.burst, 0, 1);
  }

  @Test
  void aRefusalIsHandedUpAsLongAsNothingWasSent() {
    SoftTxBed bed = new SoftTxBed(SoftTxBed.plainDriver(0));
    bed.driver.refused = frame -> true;
    assertEquals(0, claimedLarge(bed, SoftTxBed.large(USO4, 1)));
    assertEquals(Burst.REFUSED, bed.burst.status[0]);
    bed.soft.unclaim(bed.burst, 0, 1);
    SoftTxBed.Asked open = SoftTxBed.open(new LargeFrame(0, false, false, 0, 0, 0, 100), 1);
    assertEquals(0, claimedLarge(bed, open));
    assertEquals(Burst.REFUSED, bed.burst.status[0]);
    assertEquals(open.flags(), bed.burst.flags[0]);
    assertArrayEquals(open.bytes(), bed.bytes(0));
    bed.soft.unclaim(bed.burst, 0, 1);
    assertEquals(0, bed.count(Name.DROPPED_REFUSED));
    bed.assertNothingLent();
  }

  @Test
  void aRefusalInTheMiddleOfAFrameDropsTheRestOfIt() {
    SoftTxBed bed = new SoftTxBed(SoftTxBed.plainDriver(0));
    bed.driver.refused = frame -> bed.driver.sent.size() == 3;
    assertEquals(1, claimedLarge(bed, SoftTxBed.large(USO4, 1)));
    assertEquals(1, bed.count(Name.DROPPED_REFUSED));
    bed.driver.refused = frame -> false;
    bed.send(List.of(SoftTxBed.plain(60, 1)));
    assertEquals(4, bed.driver.sent.size());
    bed.assertNothingLent();
  }

  @Test
  void aLargeFrameIsGivenBackOnce() {
    SoftTxBed bed = new SoftTxBed(SoftTxBed.plainDriver(0));
    assertEquals(1, bed.soft.claimLarge(bed.burst));
    bed.soft.unclaim(bed.burst, 0, 1);
    assertThrows(IllegalStateException.class, () -> bed.soft.unclaim(bed.burst, 0, 1));
    bed.burst.length[0] = 100;
    bed.burst.flags[0] = 0;
    assertEquals(0, bed.soft.transmit(bed.burst, 0, 1));
    assertEquals(Burst.BAD_MEMORY, bed.burst.status[0]);
  }

  @Test
  void aStageBelowIsPumpedAndEmptiedWithIt() {
    StageBelow below = new StageBelow();
    Regions regions = new Regions(below.driver.regions());
    SoftTx soft = new SoftTx(below, below.driver.can, regions, new QueueCounters(), SoftTxBed.WIRE);
    below.held = 3;
    assertTrue(soft.holds());
    assertEquals(3, soft.pump());
    assertFalse(soft.holds());
    below.held = 2;
    soft.discard();
    assertFalse(soft.holds());
  }

  /** Holds a number of frames. */
  private static final class StageBelow implements TxStage {
    private final StrictTx driver = new StrictTx(SoftTxBed.plainDriver(0));
    private int held;

    @Override
    public int claim(Burst frames, int max) {
      return driver.claim(frames, max);
    }

    @Override
    public void unclaim(Burst frames, int first, int count) {
      driver.unclaim(frames, first, count);
    }

    @Override
    public int transmit(Burst frames, int first, int count) {
      return driver.transmit(frames, first, count);
    }

    @Override
    public Wakeup wakeup() {
      return driver.wakeup();
    }

    @Override
    public int pump() {
      int pumped = held;
      held = 0;
      return pumped;
    }

    @Override
    public boolean holds() {
      return held > 0;
    }

    @Override
    public void discard() {
      held = 0;
    }
  }
}
