package org.vhostdp.driver.dpdk;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;

/** Which mbufs a transmit queue has lent. */
final class TxClaimsTest {
  private static final int BUFFER = 2176;
  private static final int STEP = 4096;

  private final TxClaims claims = new TxClaims(BUFFER);

  private static long[] mbufs(int first, int count) {
    long[] mbufs = new long[count];
    for (int i = 0; i < count; i++) {
      mbufs[i] = (long) (first + i) * STEP;
    }
    return mbufs;
  }

  private static long firstByte(int mbuf) {
    return (long) mbuf * STEP + MbufLayout.BYTES;
  }

  @Test
  void anyByteOfTheBufferNamesItsMbufAndNoOtherDoes() {
    DpdkLab.needsDpdk();
    claims.lend(mbufs(7, 1), 1);
    assertEquals(-1, claims.take(firstByte(7) - 1));
    assertEquals(-1, claims.take(firstByte(7) + BUFFER));
    assertEquals(-1, claims.take(Long.MIN_VALUE));
    assertEquals(-1, claims.take(Long.MAX_VALUE));
    assertEquals(7L * STEP, claims.take(firstByte(7) + BUFFER - 1));
    assertEquals(-1, claims.take(firstByte(7)));
  }

  @Test
  void theyComeBackInAnyOrderOnceEach() {
    DpdkLab.needsDpdk();
    claims.lend(mbufs(1, TxClaims.MOST), TxClaims.MOST);
    assertEquals(0, claims.left());
    for (int i = TxClaims.MOST; i >= 1; i--) {
      assertEquals((long) i * STEP, claims.take(firstByte(i)));
      assertEquals(-1, claims.take(firstByte(i)));
    }
    assertEquals(TxClaims.MOST, claims.left());
  }

  @Test
  void thoseTakenLastCanBeLentAgain() {
    DpdkLab.needsDpdk();
    claims.lend(mbufs(1, 4), 4);
    claims.take(firstByte(3));
    claims.take(firstByte(1));
    claims.take(firstByte(4));
    claims.takenBack(2);
    assertEquals(3, claims.lent());
    assertEquals(-1, claims.take(firstByte(3)));
    assertEquals(1L * STEP, claims.take(firstByte(1)));
    assertEquals(2L * STEP, claims.take(firstByte(2)));
    assertEquals(4L * STEP, claims.take(firstByte(4)));
    assertEquals(0, claims.lent());
  }
}
