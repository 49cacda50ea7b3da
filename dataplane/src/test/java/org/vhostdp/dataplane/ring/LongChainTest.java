package org.vhostdp.dataplane.ring;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.vhostdp.dataplane.net.Features;
import org.vhostdp.dataplane.ring.RingBed.Layout;

/** Chains of as many descriptors as are accepted, and of one more, in rings that are longer. */
class LongChainTest {
  private static final int SIZE = 4096;

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void theLongestPassesAndOneMoreIsRefused(boolean packed) throws Exception {
    long features = Features.VERSION_1 | (packed ? Features.RING_PACKED : 0);
    try (RingBed bed = RingBed.create(Layout.ONE_REGION, SIZE, features)) {
      Chains chains = new Chains(32, SIZE);
      assertTrue(offer(bed, Chains.LONGEST));
      assertEquals(1, bed.device().collect(chains, 32), bed.device().fault());
      chains.unfold();
      assertEquals(Chains.LONGEST, chains.first[1]);
      assertEquals(8L * Chains.LONGEST, chains.readableBytes[0]);
      bed.device().complete(chains, 0, 1);
      bed.device().flush();
      assertTrue(offer(bed, Chains.LONGEST + 1));
      assertEquals(-1, bed.device().collect(chains, 32));
      assertEquals(
          "a chain has more than " + Chains.LONGEST + " descriptors", bed.device().fault());
    }
  }

  private static boolean offer(RingBed bed, int descriptors) {
    long[] address = new long[descriptors];
    int[] length = new int[descriptors];
    long buffer = bed.buffer(8);
    for (int i = 0; i < descriptors; i++) {
      address[i] = buffer;
      length[i] = 8;
    }
    boolean added = bed.driver().add(address, length, descriptors, 0, false) >= 0;
    bed.driver().publish();
    return added;
  }
}
