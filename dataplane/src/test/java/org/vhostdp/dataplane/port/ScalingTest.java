package org.vhostdp.dataplane.port;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.vhostdp.dataplane.frontend.vhostuser.PortBed;
import org.vhostdp.dataplane.frontend.vhostuser.VhostUserPort;
import org.vhostdp.dataplane.net.QueueCounters.Name;
import org.vhostdp.dataplane.offload.Toeplitz;
import org.vhostdp.guest.twin.Feature;
import org.vhostdp.guest.twin.NetHeader;
import org.vhostdp.guest.twin.NetQueue;
import org.vhostdp.guest.twin.RssCommand;
import org.vhostdp.guest.twin.TwinDevice;
import org.vhostdp.guest.twin.TwinOptions;

/** The guest's table steers, on drivers with one queue, with several, and with scaling. */
class ScalingTest {
  private static final int PAIRS = 4;
  private static final int FLOWS = 200;
  private static final int TCPV4_REPORT = 2;
  private static final long COMMANDS = Feature.CTRL_VQ | Feature.MQ | Feature.RSS;

  private final MemorySegment out = Arena.ofAuto().allocate(NetQueue.LARGEST_FRAME, 8);
  private final MemorySegment in = Arena.ofAuto().allocate(NetQueue.LARGEST_FRAME, 8);
  private final NetHeader header = new NetHeader();
  private PortBed bed;
  private VhostUserPort scaled;

  @BeforeEach
  void open() throws Exception {
    bed = new PortBed(2);
  }

  @AfterEach
  void close() {
    bed.close();
  }

  private void serve(int driverQueues, boolean steering) throws Exception {
    String[] config = {
      "mode",
      "pair",
      "wire",
      UUID.randomUUID().toString(),
      "offloads",
      "none",
      "foreign",
      "false",
      "queues",
      Integer.toString(driverQueues),
      "steering",
      Boolean.toString(steering)
    };
    scaled = bed.serve(PortBed.spec("scaled", PAIRS), PortBed.loopback(config));
    bed.serve(PortBed.spec("peer", 1), PortBed.loopback(config));
  }

  /** Sends one frame of each flow, and sees where it lands. */
  private int[] land(TwinDevice from, TwinDevice to, RssCommand setting, boolean hashes)
      throws IOException {
    Toeplitz toeplitz = new Toeplitz(setting.key());
    int[] table = setting.table();
    int[] queues = new int[PAIRS];
    for (int flow = 0; flow < FLOWS; flow++) {
      byte[] frame = TcpFrame.open(1000 + flow, flow, new byte[10]);
      MemorySegment.copy(frame, 0, out, ValueLayout.JAVA_BYTE, 0, frame.length);
      assertTrue(from.net().pair(0).transmit(out, 0, frame.length, null));
      from.net().pair(0).flush();
      int hash = toeplitz.ipv4(MemorySegment.ofArray(frame), 26, TcpFrame.TRANSPORT);
      int landed = await(to);
      assertEquals(table[hash & table.length - 1], landed, "queue of flow " + flow);
      assertEquals(flow, TcpFrame.sequence(in.asSlice(0, 64).toArray(ValueLayout.JAVA_BYTE)));
      assertEquals(hashes ? hash : 0, header.hash, "the hash of flow " + flow);
      assertEquals(hashes ? TCPV4_REPORT : 0, header.hashReport);
      queues[landed]++;
      from.net().pair(0).reclaim();
    }
    return queues;
  }

  private int await(TwinDevice guest) {
    int[] landed = {-1};
    PortBed.await(
        "a frame",
        () -> {
          for (int pair = 0; pair < PAIRS && landed[0] < 0; pair++) {
            NetQueue queue = guest.net().pair(pair);
            landed[0] = queue.receive(in, 0, header) >= 0 ? pair : -1;
            queue.flush();
          }
          return landed[0] >= 0;
        });
    return landed[0];
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 4})
  void theGuestsTableSteersWhateverTheDriverHas(int driverQueues) throws Exception {
    serve(driverQueues, false);
    TwinOptions options = TwinOptions.defaults().withPairs(PAIRS).plus(COMMANDS);
    try (TwinDevice guest = bed.guest("scaled", options);
        TwinDevice peer = bed.guest("peer", TwinOptions.defaults())) {
      assertTrue(guest.net().control().queuePairs(PAIRS));
      RssCommand spread = RssCommand.table(PAIRS, 0, 1, 2, 3, 3, 2, 1, 0);
      assertTrue(guest.net().control().rss(spread));
      int[] queues = land(peer, guest, spread, false);
      for (int queue : queues) {
        assertTrue(queue > FLOWS / 10, "queues got " + Arrays.toString(queues));
      }
      RssCommand single = RssCommand.table(PAIRS, 2);
      assertTrue(guest.net().control().rss(single));
      assertEquals(FLOWS, land(peer, guest, single, false)[2]);
      assertTrue(scaled.status().total(true, Name.FALLBACK_STEERING) > 0);
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void hashesAreReported(boolean driverScales) throws Exception {
    serve(2, driverScales);
    TwinOptions options =
        TwinOptions.defaults().withPairs(PAIRS).plus(COMMANDS | Feature.HASH_REPORT);
    try (TwinDevice guest = bed.guest("scaled", options);
        TwinDevice peer = bed.guest("peer", TwinOptions.defaults())) {
      assertTrue(guest.net().control().queuePairs(PAIRS));
      RssCommand spread = RssCommand.table(PAIRS, 0, 1, 2, 3);
      assertTrue(guest.net().control().rss(spread));
      land(peer, guest, spread, true);
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void nonsenseIsRefusedAndTheFormerTableStays(boolean hashes) throws Exception {
    serve(1, false);
    TwinOptions options =
        TwinOptions.defaults().withPairs(PAIRS).plus(COMMANDS | (hashes ? Feature.HASH_REPORT : 0));
    try (TwinDevice guest = bed.guest("scaled", options);
        TwinDevice peer = bed.guest("peer", TwinOptions.defaults())) {
      assertTrue(guest.net().control().queuePairs(PAIRS));
      RssCommand good = RssCommand.table(PAIRS, 3, 1);
      assertTrue(guest.net().control().rss(good));
      for (Map.Entry<String, byte[]> bad : RssCommand.hostile(PAIRS, 128).entrySet()) {
        assertFalse(guest.net().control().command(4, 1, bad.getValue()), "taken: " + bad.getKey());
      }
      land(peer, guest, good, hashes);
      assertTrue(scaled.attached());
    }
  }
}
