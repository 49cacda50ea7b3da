package org.vhostdp.bench.tcp;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import org.junit.jupiter.api.Test;

final class IperfTest {
  @Test
  void onlyTheReversedRunSendsToTheGuest() {
    String common = "iperf3 -J -c 192.0.2.1 -t 3 -O 1 -l 1M -C cubic";
    assertEquals(common, Iperf.command(Direction.TO_HOST, 3, "1M"));
    assertEquals(common + " -R", Iperf.command(Direction.TO_GUEST, 3, "1M"));
  }

  @Test
  void whatArrivedCountsNotWhatWasSent() throws IOException {
    String report =
        """
        a line of the guest
        {"start": {}, "end": {
          "sum_sent": {"bits_per_second": 2e9, "retransmits": 4},
          "sum_received": {"bits_per_second": 1.5e9}}}
        """;
    assertEquals(1.5e9, Iperf.bitsPerSecond(report));
  }

  @Test
  void itsOwnErrorIsShown() {
    assertSays(
        "iperf3 says: unable to connect.", "{\"end\": {}, \"error\": \"unable to connect\"}");
  }

  @Test
  void aReportWithoutASumIsRefused() {
    assertSays("iperf3's report has no sum of what was received.", "{\"end\": {}}");
  }

  @Test
  void whatIsNoReportIsShown() {
    assertSays("iperf3 did not run in the guest: not found", "not found\n");
    IOException refused =
        assertThrows(IOException.class, () -> Iperf.bitsPerSecond("{\"end\": {cut}"));
    assertTrue(refused.getMessage().startsWith("iperf3's report cannot be read"), "" + refused);
  }

  private static void assertSays(String message, String output) {
    IOException refused = assertThrows(IOException.class, () -> Iperf.bitsPerSecond(output));
    assertEquals(message, refused.getMessage());
  }
}
