package org.vhostdp.netdevice;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.vhostdp.spi.DriverException;
import org.vhostdp.spi.DriverException.Reason;

final class ClaimsTest {
  private final Claims claims = new Claims();

  private Claims.Claim claim(String key) throws DriverException {
    return claims.claim(key, "the interface eth0", "Give every port its own.");
  }

  @Test
  void theSecondIsRefusedUntilTheFirstCloses() throws Exception {
    try (Claims.Claim first = claim("1 7")) {
      DriverException e = assertThrows(DriverException.class, () -> claim("1 7"), first::toString);
      assertEquals(Reason.BUSY, e.reason());
      assertEquals(
          "Another port of this process uses the interface eth0 (EBUSY). Give every port its own.",
          e.getMessage());
      claim("1 8").close();
    }
    claim("1 7").close();
  }

  @Test
  void closingTwiceDoesNotFreeTheNextOnes() throws Exception {
    Claims.Claim old = claim("1 7");
    old.close();
    try (Claims.Claim next = claim("1 7")) {
      old.close();
      assertThrows(DriverException.class, () -> claim("1 7"), next::toString);
    }
  }

  @Test
  void ofManyAtOnceOneGetsIt() throws Exception {
    try (ExecutorService threads = Executors.newFixedThreadPool(4)) {
      Callable<Integer> one =
          () -> {
            try {
              claim("1 7");
              return 1;
            } catch (DriverException e) {
              return 0;
            }
          };
      int got = 0;
      for (var result : threads.invokeAll(IntStream.range(0, 64).mapToObj(i -> one).toList())) {
        got += result.get();
      }
      assertEquals(1, got);
    }
  }
}
