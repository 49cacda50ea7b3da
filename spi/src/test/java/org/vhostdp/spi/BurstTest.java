package org.vhostdp.spi;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.Random;
import org.junit.jupiter.api.Test;

class BurstTest {
  @Test
  void everyArrayIsAsLongAsTheBurst() {
    for (int capacity : new int[] {1, 32, 65_536}) {
      Burst burst = new Burst(capacity);
      assertEquals(capacity, burst.capacity());
      int[][] ints = {
        burst.region,
        burst.length,
        burst.room,
        burst.flags,
        burst.vlan,
        burst.hash,
        burst.hashType,
        burst.status
      };
      for (int[] array : ints) {
        assertEquals(capacity, array.length);
      }
      long[][] longs = {burst.offset, burst.offload, burst.timestamp, burst.cookie};
      for (long[] array : longs) {
        assertEquals(capacity, array.length);
      }
    }
  }

  @Test
  void anyOtherCapacityIsRefused() {
    for (int capacity : new int[] {Integer.MIN_VALUE, -1, 0, 65_537}) {
      IllegalArgumentException wrong =
          assertThrows(IllegalArgumentException.class, () -> new Burst(capacity));
      assertEquals("a burst holds 1 to 65536 entries, not " + capacity, wrong.getMessage());
    }
  }

  @Test
  void whatIsPackedIsUnpacked() {
    Random random = new Random(2);
    int[] edges = {0, 1, 0x7FFF, 0x8000, 0xFFFF};
    for (int round = 0; round < 100_000; round++) {
      int[] n = new int[4];
      for (int i = 0; i < 4; i++) {
        n[i] = round < 625 ? edges[round / (int) Math.pow(5, i) % 5] : random.nextInt(1 << 16);
      }
      assertUnpacked(n, Offload.pack(n[0], n[1], n[2], n[3]));
      // Higher bits are cut and reach no other number.
      int high = random.nextInt() << 16;
      assertUnpacked(n, Offload.pack(n[0] | high, n[1] | high, n[2] | high, n[3] | high));
    }
  }

  private static void assertUnpacked(int[] n, long packed) {
    assertEquals(n[0], Offload.csumStart(packed));
    assertEquals(n[1], Offload.csumOffset(packed));
    assertEquals(n[2], Offload.gsoSize(packed));
    assertEquals(n[3], Offload.headerLength(packed));
  }

  @Test
  void everyKnownBitHasOneMeaning() {
    int[] bits = {
      Offload.MORE,
      Offload.CSUM_PARTIAL,
      Offload.CSUM_VALID,
      Offload.GSO_TCP4,
      Offload.GSO_TCP6,
      Offload.GSO_UFO,
      Offload.GSO_USO,
      Offload.GSO_ECN,
      Offload.VLAN,
      Offload.HASH,
      Offload.TIMESTAMP
    };
    int all = 0;
    for (int bit : bits) {
      assertEquals(1, Integer.bitCount(bit));
      assertEquals(0, all & bit);
      all |= bit;
    }
    assertEquals(Offload.KNOWN, all);
  }
}
