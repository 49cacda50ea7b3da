package org.vhostdp.driver.loopback;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.Arena;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.vhostdp.spi.Burst;
import org.vhostdp.spi.Offload;

class TxFramesTest {
  private static final int COUNT = 64;
  private static final int ROOM = 2048;
  private static final int LONGEST = 1522;
  private static final long BASE = 1 << 20;

  private final TxFrames frames =
      new TxFrames(
          new FrameArea(
              Arena.ofAuto().allocate(BASE + FrameArea.bytes(COUNT, ROOM)), BASE, COUNT, ROOM));

  private Burst claim(int n) {
    Burst burst = new Burst(n);
    assertEquals(n, frames.claim(burst, n));
    Arrays.fill(burst.length, 60);
    return burst;
  }

  @Test
  void theFramesGivenBackLastAreLentFirst() {
    Burst first = claim(16);
    claim(16);
    assertEquals(16, frames.takePlain(first, 0, 16, LONGEST));
    assertEquals(16 * 60, frames.bytes());
    assertArrayEquals(first.offset, claim(16).offset);
  }

  @Test
  void oneOddEntryStopsTheBurstThere() {
    Burst burst = claim(8);
    burst.flags[5] = Offload.MORE;
    assertEquals(5, frames.takePlain(burst, 0, 8, LONGEST));
    assertEquals(5 * 60, frames.bytes());
    assertEquals(3, frames.lent());
    burst.flags[5] = 0;
    for (int bad : new int[] {Integer.MIN_VALUE, -1, 0, 13, LONGEST + 1, Integer.MAX_VALUE}) {
      burst.length[5] = bad;
      assertEquals(5, frames.takePlain(burst, 5, 8, LONGEST), "length " + bad);
      assertEquals(0, frames.bytes());
    }
    burst.length[5] = 14;
    burst.length[6] = LONGEST;
    burst.region[7] = 1;
    assertEquals(7, frames.takePlain(burst, 5, 8, LONGEST));
    assertEquals(14 + LONGEST, frames.bytes());
    assertEquals(1, frames.giveBack(burst, 7, 1));
    burst.region[7] = LoopbackPort.REGION;
    assertEquals(0, frames.giveBack(burst, 7, 1));
    assertEquals(0, frames.lent());
  }

  @Test
  void aBurstTakenOnceIsNotTakenAgain() {
    Burst burst = claim(4);
    assertEquals(4, frames.takePlain(burst, 0, 4, LONGEST));
    assertEquals(0, frames.takePlain(burst, 0, 4, LONGEST));
    assertEquals(4, frames.giveBack(burst, 0, 4));
    claim(COUNT);
    assertEquals(4, frames.takePlain(burst, 0, 4, LONGEST), "claimed anew");
    burst.offset[1] = burst.offset[0];
    assertEquals(0, frames.takePlain(burst, 0, 4, LONGEST));
  }

  /** Against a set of what is lent: any order, moved offsets, frames given back twice. */
  @Test
  void whatIsLentIsKnownWhateverTheOrder() {
    Random random = new Random(20261122);
    Set<Long> lent = new HashSet<>();
    List<Burst> held = new ArrayList<>();
    for (int round = 0; round < 20_000; round++) {
      if (random.nextBoolean() || held.isEmpty()) {
        int n = Math.min(1 + random.nextInt(24), COUNT - lent.size());
        if (n > 0) {
          Burst burst = claim(n);
          for (long offset : burst.offset) {
            assertTrue(lent.add(offset), "lent twice");
          }
          held.add(burst);
        }
      } else {
        Burst burst = held.remove(random.nextInt(held.size()));
        if (random.nextInt(3) == 0) {
          swap(burst.offset, random);
        }
        giveBack(burst, lent, random.nextBoolean(), random.nextInt(4) == 0 ? 7 : 0);
      }
      assertEquals(lent.size(), frames.lent());
    }
  }

  private void giveBack(Burst burst, Set<Long> lent, boolean take, int moved) {
    int n = burst.capacity();
    for (long offset : burst.offset) {
      assertTrue(frames.find(offset, 60) >= 0);
      lent.remove(offset);
    }
    burst.offset[n - 1] += moved;
    if (take) {
      assertEquals(n, frames.takePlain(burst, 0, n, LONGEST));
      assertEquals(60 * n, frames.bytes());
    } else {
      assertEquals(0, frames.giveBack(burst, 0, n));
    }
    for (long offset : burst.offset) {
      assertEquals(-1, frames.find(offset, 60));
    }
    assertEquals(n, frames.giveBack(burst, 0, n), "given back already");
  }

  private static void swap(long[] words, Random random) {
    int i = random.nextInt(words.length);
    int j = random.nextInt(words.length);
    long word = words[i];
    words[i] = words[j];
    words[j] = word;
  }
}
