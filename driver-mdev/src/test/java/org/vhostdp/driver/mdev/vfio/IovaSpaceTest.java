package org.vhostdp.driver.mdev.vfio;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class IovaSpaceTest {
  private static final long PAGE = 4096;
  private static final long LARGE = 2L << 20;

  /** What Intel's IOMMU offers: all but the interrupts' addresses, 39 bits. */
  private static final List<IovaRange> INTEL =
      List.of(new IovaRange(0, 0xfedfffffL), new IovaRange(0xfef00000L, (1L << 39) - 1));

  @Test
  void neverGivesOutAddressZero() {
    assertEquals(PAGE, new IovaSpace(List.of(), PAGE).take(PAGE));
    assertEquals(LARGE, new IovaSpace(INTEL, PAGE).take(LARGE));
  }

  @Test
  void leavesAPageBetweenAnyTwo() {
    IovaSpace space = new IovaSpace(INTEL, PAGE);
    assertEquals(PAGE, space.take(PAGE));
    assertEquals(3 * PAGE, space.take(PAGE));
    assertEquals(5 * PAGE, space.take(PAGE));
  }

  @Test
  void goesAroundWhatTheIommuCannotTranslate() {
    IovaSpace space = new IovaSpace(INTEL, PAGE);
    long first = space.take(0xf0000000L);
    long second = space.take(0xf0000000L);
    assertTrue(first + 0xf0000000L <= 0xfee00000L);
    assertTrue(second >= 0xfef00000L);
  }

  @Test
  void alignsSoThatLargePagesCanBeUsed() {
    IovaSpace space = new IovaSpace(INTEL, PAGE);
    space.take(PAGE);
    assertEquals(0, space.take(5 * LARGE) % LARGE);
    assertEquals(0, space.take(16 * PAGE) % (16 * PAGE));
  }

  @Test
  void givesTheSameAddressesOutAgain() {
    IovaSpace space = new IovaSpace(INTEL, PAGE);
    long low = space.take(LARGE);
    long high = space.take(LARGE);
    space.giveBack(low);
    space.giveBack(low);
    assertEquals(low, space.take(LARGE));
    space.giveBack(high);
    assertEquals(high, space.take(LARGE));
  }

  @Test
  void saysWhenNothingFits() {
    IovaSpace space = new IovaSpace(List.of(new IovaRange(0, 16 * PAGE - 1)), PAGE);
    assertEquals(0, space.take(16 * PAGE));
    assertEquals(0, space.take(0));
    assertEquals(0, space.take(-PAGE));
    assertEquals(0, space.take(PAGE + 1));
    assertEquals(0, space.take(Long.MAX_VALUE));
    assertEquals(0, space.take(1L << 62));
    assertNotEquals(0, space.take(8 * PAGE));
  }

  @Test
  void standsOddRanges() {
    List<IovaRange> odd =
        List.of(
            new IovaRange(5, 4),
            new IovaRange(1, 4094),
            new IovaRange(-1, -1),
            new IovaRange(100, PAGE * 3 + 17),
            new IovaRange(1L << 56, -1));
    IovaSpace space = new IovaSpace(odd, PAGE);
    assertEquals(
        List.of(new IovaRange(PAGE, 3 * PAGE - 1), new IovaRange(1L << 56, (1L << 57) - 1)),
        space.ranges());
    assertEquals(PAGE, space.take(PAGE));
    assertEquals(1L << 56, space.take(PAGE));
  }

  @Test
  void neverOverlapsWhateverTheOrder() {
    Random random = new Random(7);
    IovaSpace space = new IovaSpace(INTEL, PAGE);
    List<long[]> live = new ArrayList<>();
    for (int i = 0; i < 3000; i++) {
      if (live.size() > 40 || !live.isEmpty() && random.nextInt(3) == 0) {
        space.giveBack(live.remove(random.nextInt(live.size()))[0]);
        continue;
      }
      long length = (1 + random.nextInt(3000)) * PAGE;
      long at = space.take(length);
      assertNotEquals(0, at);
      for (long[] other : live) {
        boolean apart = at + length + PAGE <= other[0] || other[0] + other[1] + PAGE <= at;
        assertTrue(apart, () -> Long.toHexString(at) + " is too near to another");
      }
      boolean inside = INTEL.stream().anyMatch(r -> at >= r.first() && at + length - 1 <= r.last());
      assertTrue(inside);
      live.add(new long[] {at, length});
    }
  }
}
