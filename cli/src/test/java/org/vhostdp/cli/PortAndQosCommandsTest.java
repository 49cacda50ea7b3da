package org.vhostdp.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.vhostdp.attest.json.Json;
import org.vhostdp.cli.control.ControlCommand;
import org.vhostdp.cli.control.ControlRefused;
import org.vhostdp.cli.control.ControlServer;

/** What the commands ask of an instance, and what they make of its answers. */
final class PortAndQosCommandsTest {
  @TempDir private Path folder;
  private ControlServer server;
  private String path;
  private final List<Map<String, Object>> asked = new ArrayList<>();

  /** Answers every request of its name alike. */
  private record Canned(String name, Map<String, Object> reply, List<Map<String, Object>> asked)
      implements ControlCommand {
    @Override
    public Map<String, Object> answer(Map<String, Object> request) throws ControlRefused {
      asked.add(request);
      if ("none".equals(request.get("port"))) {
        throw new ControlRefused("There is no port none; there are vd0.");
      }
      return reply;
    }
  }

  private static final String STATUS =
      """
      {"status":{"pid":1,"version":"x","uptime_ns":1,"io_threads":[],
       "ports":[{"id":"vd0","driver":{"name":"tap0","type":"tap"},"state":"up",
         "profile":"full-1","attached":true,"link":"up","queue_pairs":2,"queue_pairs_running":1,
         "qos":["tx rate=100mbit"],"rx":{"limited":4},"tx":{"limited":5}},
        {"id":"vd1","driver":{"name":"tap1","type":"tap"},"state":"retrying: gone",
         "profile":"bare-1","attached":false,"link":"down","queue_pairs":1,
         "queue_pairs_running":0,"qos":[]}],
       "standby":[{"name":"tap2","type":"tap"}]}}
      """;

  private static final String SWAP =
      """
      {"swap":{"port":"vd0","from":"tap0","to":"tap2","outage_ns":3100000,"frames_lost":1}}
      """;

  private static final String QOS =
      """
      {"qos":{"port":"vd0","lines":["tx rate=100mbit","rx rate=1gbit"]}}
      """;

  @BeforeEach
  void start() throws Exception {
    Path socket = folder.resolve("c.sock");
    path = socket.toString();
    List<ControlCommand> commands = new ArrayList<>();
    commands.add(new Canned("status", Json.object(Json.read(STATUS)), asked));
    commands.add(new Canned("port-swap", Json.object(Json.read(SWAP)), asked));
    commands.add(new Canned("qos-set", Json.object(Json.read(QOS)), asked));
    server = new ControlServer(socket, commands, List.of());
  }

  @AfterEach
  void stop() {
    server.close();
  }

  private Invocation of(String... words) {
    List<String> all = new ArrayList<>(List.of(words));
    all.add("--control");
    all.add(path);
    return Invocation.of(all.toArray(String[]::new));
  }

  @Test
  void portsAreListedWithTheDriversThatStandBy() throws Exception {
    Invocation list = of("port", "list");
    assertEquals(0, list.code(), list.err());
    assertTrue(list.out().startsWith("PORT  DRIVER      STATE           PROFILE"), list.out());
    assertTrue(list.out().contains("vd1   tap1 (tap)  retrying: gone  bare-1 "), list.out());
    assertTrue(list.out().endsWith("\nStanding by: tap2 (tap)\n"), list.out());
    Object json = Json.read(of("port", "list", "--json").out());
    Object port = Json.array(Json.at(json, "ports")).getFirst();
    assertEquals("tap0", Json.at(port, "driver", "name"));
    assertEquals("up", Json.at(port, "state"));
    assertEquals("tap2", Json.at(Json.array(Json.at(json, "standby")).getFirst(), "name"));
  }

  @Test
  void aSwapPrintsItsOutage() throws Exception {
    Invocation swap = of("port", "swap", "vd0", "--driver", "tap2");
    assertEquals(0, swap.code(), swap.err());
    assertEquals("vd0: from tap0 to tap2, outage 3.10 ms, 1 frame lost\n", swap.out());
    assertEquals("tap2", asked.getLast().get("driver"));
    Object json = Json.read(of("port", "swap", "vd0", "--driver", "tap2", "--json").out());
    assertEquals(3_100_000L, Json.at(json, "outage_ns"));
    assertEquals(1L, Json.at(json, "frames_lost"));
  }

  @Test
  void aRefusalIsTheInstancesSentence() {
    for (Invocation refused :
        List.of(
            of("port", "swap", "none", "--driver", "x"),
            of("qos", "set", "none", "tx rate=1mbit"),
            of("qos", "clear", "none"))) {
      assertEquals(1, refused.code());
      assertEquals("vhost-dp: There is no port none; there are vd0.\n", refused.err());
    }
    Invocation unknown = of("qos", "show", "none");
    assertEquals(1, unknown.code());
    assertEquals("vhost-dp: There is no port none; there are vd0, vd1.\n", unknown.err());
  }

  @Test
  void limitsAreShownOfAllPortsOrOne() throws Exception {
    assertEquals("vd0: tx rate=100mbit\nvd1: no limits\n", of("qos", "show").out());
    assertEquals("vd1: no limits\n", of("qos", "show", "vd1").out());
    List<?> json = Json.array(Json.read(of("qos", "show", "--json").out()));
    assertEquals(2, json.size());
    assertEquals("vd0", Json.at(json.getFirst(), "port"));
    assertEquals(List.of("tx rate=100mbit"), Json.at(json.getFirst(), "lines"));
    assertEquals(5L, Json.at(json.getFirst(), "tx_limited"));
  }

  @Test
  void limitsAreSetAddedAndTakenAway() throws Exception {
    Invocation set = of("qos", "set", "vd0", "tx rate=100mbit", "rx rate=1gbit");
    assertEquals("vd0: tx rate=100mbit\nvd0: rx rate=1gbit\n", set.out());
    assertEquals(List.of("tx rate=100mbit", "rx rate=1gbit"), asked.getLast().get("lines"));
    assertEquals(false, asked.getLast().get("add"));
    Object json = Json.read(of("qos", "add", "vd0", "port weight=2", "--json").out());
    assertEquals("vd0", Json.at(json, "port"));
    assertEquals(List.of("port weight=2"), asked.getLast().get("lines"));
    assertEquals(true, asked.getLast().get("add"));
    of("qos", "clear", "vd0");
    assertEquals(List.of(), asked.getLast().get("lines"));
    assertEquals(false, asked.getLast().get("add"));
  }

  @Test
  void whatIsMissingIsNamed() {
    Invocation noDriver = of("port", "swap", "vd0");
    assertEquals(2, noDriver.code());
    assertTrue(noDriver.err().contains("--driver=SECTION"), noDriver.err());
    Invocation noLine = of("qos", "set", "vd0");
    assertEquals(2, noLine.code());
    assertTrue(noLine.err().contains("LINE"), noLine.err());
    assertEquals(List.of(), asked);
  }
}
