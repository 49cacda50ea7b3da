package org.vhostdp.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.LinkedHashMap;
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
              "state":"up","profile":"full-1","steering":"auto",
              "flows":["tcp * > *:80 = 1"],"qos":["tx rate=5mbit"],
              "socket":{"mode":"server","path":"/x"},"attached":true,"sessions":1,"link":"up",
              "mtu":1500,"queue_pairs":2,"queue_pairs_running":1,"memory_bytes":1048576,
              "rx":{"frames":%d,"bytes":%d,"dropped":{"too_long":3,"offload":0},
               "software":{"coalesced":%d,"checksum":0},"limited":0},
              "tx":{"frames":0,"bytes":0,"dropped":{"malformed":1},"limited":%d},
              "rings":[{"index":0,"frames":%d,"bytes":%d,"bursts":%d,"kicks":0,"notifications":0,
                "limited":0,"dropped_too_long":0},
               {"index":4,"frames":1,"bytes":1,"bursts":1}],
              "hints":["A hint."]}],
             "standby":[{"name":"u","type":"loopback"}]}
            """
                .formatted(
                    seconds,
                    cpu,
                    frames,
                    frames,
                    frames * 1000,
                    frames / 2,
                    frames / 10,
                    frames,
                    frames * 1000,
                    frames / 4)));
  }

  private static List<String> words(String line) {
    return List.of(line.split(" +"));
  }

  @Test
  void theTableShowsPortsThreadsAndHints() throws JsonRefused {
    List<String> lines = StatusText.of(status(65, 10, 1_500_000_000));
    assertEquals("vhost-dp 0.1.0, process 7, up 1 min 5 s", lines.get(0));
    assertEquals(
        words("vd0 t (tap) full-1 attached up 1/2 1500 1 MiB 10 0 4 /x"), words(lines.get(3)));
    assertTrue(
        words(lines.get(lines.size() - 3)).equals(words("io-0 1 1.50 s 5 10")), lines::toString);
    assertEquals("vd0: A hint.", lines.getLast());
  }

  @Test
  void whatIsNotAsUsualHasALine() throws JsonRefused {
    List<String> lines = StatusText.of(status(65, 10, 1_500_000_000));
    assertEquals(
        List.of(
            "vd0: steering auto, 1 flow rule",
            "vd0: qos tx rate=5mbit",
            "vd0: dropped rx too_long 3, tx malformed 1",
            "vd0: done in software rx coalesced 5",
            "",
            "Standing by: u (loopback)"),
        lines.subList(5, 11));
  }

  @Test
  void ratesAreDifferencesOverTime() throws JsonRefused {
    List<String> lines = RateTable.lines(status(10, 1000, 0), status(12, 5000, 500_000_000), false);
    assertTrue(lines.get(0).endsWith("every 2.0 s"), lines.get(0));
    assertEquals(
        words("vd0 t (tap) attached up 1/2 2.00 k 16.0 M 0 0 0 4 rx too_long 3, tx malformed 1"),
        words(lines.get(3)));
    assertEquals(words("vd0 rx coalesced 1.00 k 2500"), words(lines.get(6)));
    assertEquals(words("vd0 tx limited, turns 200 500"), words(lines.get(7)));
    assertEquals(words("io-0 1 25.0 % 25.0 % 2.00 k"), words(lines.get(10)));
  }

  @Test
  void theLoadIsThatOfBusyTurnsWhereTheyAreMeasured() throws JsonRefused {
    Map<String, Object> before = new LinkedHashMap<>(status(10, 0, 0));
    Map<String, Object> now = new LinkedHashMap<>(status(12, 0, 500_000_000));
    for (Map<String, Object> each : List.of(before, now)) {
      long busy = each == now ? 200_000_000 : 0;
      Map<String, Object> thread =
          new LinkedHashMap<>(Json.object(Json.array(each.get("io_threads")).getFirst()));
      thread.put("busy_ns", busy);
      thread.put("busy_measured", true);
      each.put("io_threads", List.of(thread));
    }
    String line =
        RateTable.lines(before, now, false).stream()
            .filter(l -> l.startsWith("io-0"))
            .findFirst()
            .orElseThrow();
    assertEquals(words("io-0 1 10.0 % 25.0 % 0"), words(line));
  }

  @Test
  void queuesHaveRatesOfTheirOwnAndTheControlQueueHasNone() throws JsonRefused {
    List<String> lines = RateTable.lines(status(10, 1000, 0), status(12, 5000, 0), true);
    assertEquals("PORT", words(lines.get(5)).getFirst());
    assertEquals(words("vd0 0 rx 2.00 k 16.0 M 4.0 0 0 0 0"), words(lines.get(6)));
    assertEquals("", lines.get(7));
  }

  @Test
  void aPortThatIsNewHasNoRate() throws JsonRefused {
    Map<String, Object> empty = Map.of("uptime_ns", 0L);
    List<String> lines = RateTable.lines(empty, status(1, 1000, 0), false);
    assertTrue(
        lines.get(3).startsWith("vd0   t (tap)  attached  up    1/2        0"), lines.get(3));
  }
}
