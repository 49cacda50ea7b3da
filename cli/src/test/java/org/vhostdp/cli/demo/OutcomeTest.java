package org.vhostdp.cli.demo;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

/** What ping and iperf3 say, understood. */
final class OutcomeTest {
  @Test
  void pingOfIputils() throws DemoFailed {
    PingText ping =
        PingText.parse(
            """
            --- 192.0.2.1 ping statistics ---
            20 packets transmitted, 19 received, +2 errors, 5% packet loss, time 962ms
            rtt min/avg/max/mdev = 0.051/0.124/0.310/0.050 ms
            """);
    assertEquals(new PingText(20, 19, 51_000, 124_000), ping);
  }

  @Test
  void pingOfBusybox() throws DemoFailed {
    PingText ping =
        PingText.parse(
            """
            3 packets transmitted, 3 packets received, 0% packet loss
            round-trip min/avg/max = 0.100/0.200/0.300 ms
            """);
    assertEquals(new PingText(3, 3, 100_000, 200_000), ping);
  }

  @Test
  void pingWithoutAnyReply() throws DemoFailed {
    PingText ping = PingText.parse("2 packets transmitted, 0 received, 100% packet loss");
    assertEquals(new PingText(2, 0, -1, -1), ping);
    assertEquals("2 sent, 0 received", ping.text());
  }

  @Test
  void noPingAtAll() {
    DemoFailed failed =
        assertThrows(DemoFailed.class, () -> PingText.parse("ping: command not found\n"));
    assertEquals("The guest's ping did not run: ping: command not found", failed.getMessage());
  }

  @Test
  void iperfCountsAtTheReceiver() throws DemoFailed {
    Transfer transfer =
        Transfer.ofIperf(
            "warning: x\n"
                + "{\"sock_bufsize\":0,\"sock_bufsize\":0,\"end\":{\"sum_sent\":{\"bytes\":9,\"seconds\":1},\"sum_received\":{\"bytes\":1000000,\"seconds\":2.0}}}\n");
    assertEquals(new Transfer(1_000_000, 2.0), transfer);
    assertEquals(4e6, transfer.bitsPerSecond());
  }

  @Test
  void iperfThatFailed() {
    DemoFailed said =
        assertThrows(
            DemoFailed.class,
            () -> Transfer.ofIperf("{\"error\":\"unable to connect to server\"}"));
    assertEquals("iperf3 says: unable to connect to server.", said.getMessage());
    DemoFailed absent =
        assertThrows(DemoFailed.class, () -> Transfer.ofIperf("bash: iperf3: not found"));
    assertTrue(absent.getMessage().contains("not found"), absent.getMessage());
    assertThrows(DemoFailed.class, () -> Transfer.ofIperf("{\"end\""));
  }
}
