package org.vhostdp.bench.host;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import org.junit.jupiter.api.Test;

class TestpmdTest {
  private static final String ANSWER =
      """
      show fwd stats all

        ---------------------- Forward statistics for port 0  ----------------------
        RX-packets: 1              RX-dropped: 2             RX-total: 3
        TX-packets: 4              TX-dropped: 5             TX-total: 9
        ----------------------------------------------------------------------------

        +++++++++++++++ Accumulated forward statistics for all ports+++++++++++++++
        RX-packets: 17             RX-dropped: 0             RX-total: 17
        TX-packets: 17904736       TX-dropped: 292832        TX-total: 18197568
        ++++++++++++++++++++++++++++++++++++++++++++++++++++++++++++++++++++++++++++
      """;

  private static final String CYCLES =
      """

        CPU cycles/packet=140.23 (total cycles=2600000000 / total txonly packets=17904736) at 2600 MHz Clock

      testpmd>\s\
      """;

  @Test
  void theSumOfAllPortsIsRead() {
    assertEquals(
        new Testpmd.Counters(7, 17, 17_904_736, 292_832, 1e9), Testpmd.parse(ANSWER + CYCLES, 7));
  }

  @Test
  void beforeTheFirstFrameThereAreNoCycles() {
    assertEquals(0, Testpmd.parse(ANSWER, 7).busyNanos());
  }

  @Test
  void somethingElseIsNoAnswer() {
    assertNull(Testpmd.parse("Bad arguments\ntestpmd> ", 7));
  }
}
