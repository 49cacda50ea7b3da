package org.vhostdp.dataplane.ring;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.vhostdp.dataplane.net.Features;
import org.vhostdp.dataplane.ring.RingBed.Layout;

/** Chains of as many descriptors as are accepted, and of one more, in rings that are longer. */
class LongChainTest {
  private static final int SIZE = 4096;

  @ParameterizedTest
  @CsvSource({"false, false", "false, true", "true, false", "true, true"})
  void theLongestPassesAndOneMoreIsRefused(boolean packed, boolean indirect) throws Exception {
    long features =
        Features.VERSION_1 | Features.INDIRECT_DESC | (packed ? Features.RING_PACKED : 0);
    try (RingBed bed = RingBed.create(Layout.ONE_REGION, SIZE, features)) {
      Chains chains = new Chains(32, SIZE);
      assertTrue(offer(bed, Chains.LONGEST, indirect));
      assertEquals(1, bed.device().collect(chains, 32), bed.device().fault());
      chains.unfold();
      assertEquals(Chains.LONGEST, chains.first[1]);
      assertEquals(8L * Chains.LONGEST, chains.readableBytes[0]);
      bed.device().complete(chains, 0, 1);
      bed.device().flush();
      assertTrue(offer(bed, Chains.LONGEST + 1, indirect));
      assertEquals(-1, bed.device().collect(chains, 32));
      String fault = bed.device().fault();
      assertEquals(
          indirect
              ? "an indirect table of " + 16 * (Chains.LONGEST + 1) + " bytes"
              : "a chain has more than " + Chains.LONGEST + " descriptors",
          fault);
    }
  }

  private static boolean offer(RingBed bed, int descriptors, boolean indirect) {
    long[] address = new long[descriptors];
    int[] length = new int[descriptors];
    long buffer = bed.buffer(8);
    for (int i = 0; i < descriptors; i++) {
      address[i] = buffer;
      length[i] = 8;
    }
    boolean added = bed.driver().add(address, length, descriptors, 0, indirect) >= 0;
    bed.driver().publish();
    return added;
  }
}
