package org.vhostdp.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.vhostdp.attest.json.Json;
import org.vhostdp.attest.json.JsonRefused;

final class StatusTextTest {
  private static Map<String, Object> status(long seconds, long frames, long cpu)
      throws JsonRefused {
    return Json.object(
        Json.read(
            """
            {"pid":7,"version":"0.1.0","uptime_ns":%d000000000,
             "io_threads":[{"name":"io-0","cpu":1,"cpu_ns":%d,"busy_turns":5,"sleeps":%d}],
             "ports":[{"id":"vd0","driver":{"name":"t","type":"tap"},
              "socket":{"mode":"server","path":"/x"},"attached":true,"sessions":1,"link":"up",
              "mtu":1500,"queue_pairs":2,"queue_pairs_running":1,"memory_bytes":1048576,
              "rx":{"frames":%d,"bytes":%d,"dropped":{"too_long":3,"offload":0}},
              "tx":{"frames":0,"bytes":0,"dropped":{"malformed":1}},"hints":["A hint."]}]}
            """
                .formatted(seconds, cpu, frames, frames, frames * 1000)));
  }

  @Test
  void theTableShowsPortsThreadsAndHints() throws JsonRefused {
    List<String> lines = StatusText.of(status(65, 10, 1_500_000_000));
    assertEquals("vhost-dp 0.1.0, process 7, up 1 min 5 s", lines.get(0));
    assertEquals(
        List.of(
            "vd0", "t", "(tap)", "attached", "up", "1/2", "1500", "1", "MiB", "10", "0", "4", "/x"),
        List.of(lines.get(3).split(" +")));
    assertEquals(List.of("io-0", "1", "1.50", "s", "5", "10"), List.of(lines.get(6).split(" +")));
    assertEquals("vd0: A hint.", lines.getLast());
  }

  @Test
  void ratesAreDifferencesOverTime() throws JsonRefused {
    List<String> lines = RateTable.lines(status(10, 1000, 0), status(12, 5000, 500_000_000));
    assertTrue(lines.get(0).endsWith("every 2.0 s"), lines.get(0));
    assertEquals(
        List.of(
            "vd0",
            "t",
            "(tap)",
            "attached",
            "up",
            "1/2",
            "2.00",
            "k",
            "16.0",
            "M",
            "0",
            "0",
            "4",
            "rx",
            "too_long",
            "3,",
            "tx",
            "malformed",
            "1"),
        List.of(lines.get(3).split(" +")));
    assertEquals(List.of("io-0", "1", "25.0", "%", "2.00", "k"), List.of(lines.get(6).split(" +")));
  }

  @Test
  void aPortThatIsNewHasNoRate() throws JsonRefused {
    Map<String, Object> empty = Map.of("uptime_ns", 0L);
    List<String> lines = RateTable.lines(empty, status(1, 1000, 0));
    assertTrue(
        lines.get(3).startsWith("vd0   t (tap)  attached  up    1/2        0"), lines.get(3));
  }
}
