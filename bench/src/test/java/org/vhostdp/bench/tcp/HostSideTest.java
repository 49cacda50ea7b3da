package org.vhostdp.bench.tcp;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.IOException;
import org.junit.jupiter.api.Test;

final class HostSideTest {
  private static final String LINES =
      """
      Inter-|   Receive                                                |  Transmit
       face |bytes    packets errs drop fifo frame compressed multicast|bytes    packets errs drop fifo colls carrier compressed
          lo:     100       1    0    0    0     0          0         0      100       1    0    0    0     0       0          0
        tap01:     7       1    0    0    0     0          0         0        8       1    0    0    0     0       0          0
        tap0:11337606100  178459    0    0    0     0          0         0  2139644   32376    0    0    0     0       0          0
      """;

  @Test
  void whatTheTapReceivedCameFromTheGuest() throws IOException {
    HostSide.Traffic traffic = HostSide.parse(LINES, "tap0");
    assertEquals(11_337_606_100L, traffic.of(Direction.TO_HOST));
    assertEquals(2_139_644, traffic.of(Direction.TO_GUEST));
  }

  @Test
  void aTapThatIsGoneIsNamed() {
    IOException refused = assertThrows(IOException.class, () -> HostSide.parse(LINES, "tap9"));
    assertEquals("The interface tap9 is gone.", refused.getMessage());
  }
}
