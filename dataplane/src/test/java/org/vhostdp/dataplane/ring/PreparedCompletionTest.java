package org.vhostdp.dataplane.ring;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.vhostdp.dataplane.net.Features;
import org.vhostdp.dataplane.ring.RingBed.Layout;

/** Completions that are begun before the driver has taken the frames. */
class PreparedCompletionTest {
  @ParameterizedTest
  @CsvSource({"false, false", "false, true", "true, false", "true, true"})
  void whatIsNotCompletedIsAvailableAgain(boolean packed, boolean inOrder) throws Exception {
    long features =
        Features.VERSION_1
            | (packed ? Features.RING_PACKED : 0)
            | (inOrder ? Features.IN_ORDER : 0);
    Random random = new Random(5);
    Deque<Integer> flying = new ArrayDeque<>();
    // 64 slots in turns of up to 32: the batches lie across the ring's end again and again.
    try (RingBed bed = RingBed.create(Layout.ONE_REGION, 64, features)) {
      bed.forReading();
      DeviceRing ring = bed.device();
      Chains chains = new Chains(32, 64);
      long buffer = bed.buffer(64);
      int folded = 0;
      for (int turn = 0; turn < 3000; turn++) {
        for (int i = random.nextInt(40); i > 0 && bed.driver().free() > 0; i--) {
          flying.add(bed.driver().add(buffer, 1 + random.nextInt(64), false));
        }
        bed.driver().publish();
        int n = ring.collect(chains, 32);
        assertEquals(Math.min(32, flying.size()), n, ring.fault());
        folded = Math.max(folded, chains.plain);
        int prepared = 0;
        while (prepared < chains.plain && random.nextInt(4) != 0) {
          int to = Math.min(chains.plain, prepared + 1 + random.nextInt(8));
          ring.prepare(chains, prepared, to);
          prepared = to;
        }
        assertFalse(bed.driver().nextUsed(), "nothing is visible yet");
        int done = random.nextInt(3) == 0 ? 0 : random.nextInt(n + 1);
        if (done == 0) {
          ring.takeBack(chains);
        } else {
          ring.complete(chains, 0, done);
          assertFalse(bed.driver().nextUsed(), "nor now");
          ring.flush();
        }
        for (int i = 0; i < done; i++) {
          assertTrue(bed.driver().nextUsed());
          assertEquals(flying.poll(), bed.driver().usedToken());
          assertEquals(0, bed.driver().usedLength());
        }
        assertFalse(bed.driver().nextUsed());
      }
      assertEquals(32, folded, "whole batches were plain");
    }
  }
}
