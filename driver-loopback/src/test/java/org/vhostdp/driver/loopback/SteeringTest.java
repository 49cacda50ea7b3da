package org.vhostdp.driver.loopback;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;
import org.vhostdp.spi.Burst;
import org.vhostdp.spi.DriverException;
import org.vhostdp.spi.Offload;
import org.vhostdp.spi.Port;
import org.vhostdp.spi.PortSettings;
import org.vhostdp.spi.Steering;

class SteeringTest {
  /** The key and the values of the verification suite that the RSS specification publishes. */
  private static final byte[] KEY =
      HexFormat.of()
          .parseHex(
              "6d5a56da255b0ec24167253d43a38fb0d0ca2bcbae7b30b4"
                  + "77cb2da38030f20c6a42b73bbeac01fa");

  private static final int TCP = 6;
  private static final int UDP = 17;
  private static final int V4 = Steering.HASH_IPV4 | Steering.HASH_TCP4;
  private static final int V6 = Steering.HASH_IPV6 | Steering.HASH_TCP6;

  private static byte[] ipv4(int protocol, String addresses, String ports) {
    byte[] frame = new byte[60];
    frame[12] = 8;
    frame[14] = 0x45;
    frame[23] = (byte) protocol;
    put(frame, 26, addresses);
    put(frame, 34, ports);
    return frame;
  }

  private static byte[] ipv6(int protocol, String addresses, String ports) {
    byte[] frame = new byte[80];
    put(frame, 12, "86dd60");
    frame[20] = (byte) protocol;
    put(frame, 22, addresses);
    put(frame, 54, ports);
    return frame;
  }

  private static void put(byte[] frame, int at, String hex) {
    byte[] bytes = HexFormat.of().parseHex(hex);
    System.arraycopy(bytes, 0, frame, at, bytes.length);
  }

  private static final byte[] KNOWN_TCP4 = ipv4(TCP, "420995bba18e6450", "0aea06e6");
  private static final byte[] KNOWN_TCP6 =
      ipv6(
          TCP, "3ffe250102001fff0000000000000007" + "3ffe2501020000030000000000000001", "0aea06e6");

  private static Port start(int queues) throws DriverException {
    return Rig.start(PortSettings.defaults().withQueuePairs(queues).withRxOffloads(Offload.HASH));
  }

  private static Steering facet(Port port) {
    return port.facet(Steering.class).orElseThrow();
  }

  /** Sends a frame and returns the queue it lands on, with its metadata in the burst. */
  private static int landed(Port port, byte[] frame, Burst burst) {
    Rig.send(port, 0, frame);
    for (int queue = 0; ; queue++) {
      if (port.rx(queue).receive(burst, 1) == 1) {
        assertArrayEquals(frame, Rig.bytes(port, burst, 0));
        port.rx(queue).release(burst, 0, 1);
        return queue;
      }
    }
  }

  @Test
  void theHashIsTheOneOfTheVerificationSuite() throws DriverException {
    assertHash(0x51ccc178, Steering.HASH_TCP4, V4, KNOWN_TCP4);
    assertHash(0x323e8fc2, Steering.HASH_IPV4, Steering.HASH_IPV4, KNOWN_TCP4);
    assertHash(0x40207d3d, Steering.HASH_TCP6, V6, KNOWN_TCP6);
    assertHash(0x2cc18cd5, Steering.HASH_IPV6, Steering.HASH_IPV6, KNOWN_TCP6);
    byte[] udp = KNOWN_TCP4.clone();
    udp[23] = UDP;
    assertHash(0x51ccc178, Steering.HASH_UDP4, V4 | Steering.HASH_UDP4, udp);
    assertHash(0x323e8fc2, Steering.HASH_IPV4, V4, udp);
  }

  @Test
  void fragmentsHaveNoPortsAndTagsAreSkipped() throws DriverException {
    byte[] fragment = KNOWN_TCP4.clone();
    fragment[20] = 0x20;
    assertHash(0x323e8fc2, Steering.HASH_IPV4, V4, fragment);
    byte[] tagged = new byte[64];
    System.arraycopy(KNOWN_TCP4, 0, tagged, 0, 12);
    put(tagged, 12, "81000005");
    System.arraycopy(KNOWN_TCP4, 12, tagged, 16, 48);
    assertHash(0x51ccc178, Steering.HASH_TCP4, V4, tagged);
  }

  private static void assertHash(int hash, int type, int types, byte[] frame)
      throws DriverException {
    try (Port port = start(4)) {
      facet(port).scale(types, KEY, new int[] {3, 2, 1, 0, 0, 1, 2, 3}, 2);
      Burst burst = new Burst(1);
      int expected = new int[] {3, 2, 1, 0, 0, 1, 2, 3}[hash & 7];
      assertEquals(expected, landed(port, frame, burst));
      assertEquals(Offload.HASH, burst.flags[0]);
      assertEquals(Integer.toHexString(hash), Integer.toHexString(burst.hash[0]));
      assertEquals(type, burst.hashType[0]);
    }
  }

  @Test
  void whatNoTypeMatchesGoesToTheUnclassifiedQueue() throws DriverException {
    try (Port port = start(4)) {
      facet(port).scale(Steering.HASH_TCP4, KEY, new int[] {0}, 3);
      Burst burst = new Burst(1);
      assertEquals(3, landed(port, Rig.frame(60, 1), burst));
      assertEquals(0, burst.flags[0]);
      assertEquals(3, landed(port, KNOWN_TCP6, burst));
      assertEquals(3, landed(port, Rig.frame(14, 1), burst));
      assertEquals(0, landed(port, KNOWN_TCP4, burst));
    }
  }

  @Test
  void manyFlowsSpreadAndEachStays() throws DriverException {
    try (Port port = start(4)) {
      int[] table = new int[128];
      for (int i = 0; i < table.length; i++) {
        table[i] = i % 4;
      }
      facet(port).scale(V4, KEY, table, 0);
      int[] seen = new int[4];
      Burst burst = new Burst(1);
      for (int flow = 0; flow < 400; flow++) {
        byte[] frame = ipv4(TCP, "0a0000010a000002", String.format("%04x0050", 1024 + flow));
        int queue = landed(port, frame, burst);
        assertEquals(queue, landed(port, frame, burst));
        seen[queue]++;
      }
      for (int n : seen) {
        assertTrue(n > 50, Arrays.toString(seen));
      }
    }
  }

  @Test
  void aChangeTakesEffectWhileStartedAndResetUndoesIt() throws DriverException {
    try (Port port = start(4)) {
      Burst burst = new Burst(1);
      assertEquals(0, landed(port, KNOWN_TCP4, burst));
      facet(port).scale(V4, KEY, new int[] {2}, 0);
      assertEquals(2, landed(port, KNOWN_TCP4, burst));
      facet(port).scale(V4, KEY, new int[] {3}, 0);
      assertEquals(3, landed(port, KNOWN_TCP4, burst));
      port.stop();
      port.start();
      assertEquals(3, landed(port, KNOWN_TCP4, burst));
      // A queue that is not active any more is never chosen.
      port.configure(PortSettings.defaults().withQueuePairs(4).withActiveQueuePairs(2));
      assertEquals(1, landed(port, KNOWN_TCP4, burst));
      facet(port).reset();
      assertEquals(0, landed(port, KNOWN_TCP4, burst));
    }
  }

  @Test
  void whatItCannotDoIsRefusedAndTheTableStays() throws DriverException {
    try (Port port = start(4)) {
      Steering steering = facet(port);
      steering.scale(V4, KEY, new int[] {2}, 0);
      refused("a hash key of 15 bytes", () -> steering.scale(V4, new byte[15], new int[] {0}, 0));
      refused("a hash key of 39 bytes", () -> steering.scale(V6, new byte[39], new int[] {0}, 0));
      refused("table of 3 entries", () -> steering.scale(V4, KEY, new int[3], 0));
      refused("table of 0 entries", () -> steering.scale(V4, KEY, new int[0], 0));
      refused("table of 256 entries", () -> steering.scale(V4, KEY, new int[256], 0));
      refused("receive queue 4", () -> steering.scale(V4, KEY, new int[] {4}, 0));
      refused("receive queue -1", () -> steering.scale(V4, KEY, new int[] {0}, -1));
      refused("the hash types 64", () -> steering.scale(64, KEY, new int[] {0}, 0));
      refused("a program of kind \"ebpf-fd\"", () -> steering.program("ebpf-fd", 0));
      assertTrue(steering.programs().isEmpty());
      assertEquals(2, landed(port, KNOWN_TCP4, new Burst(1)));
      steering.scale(Steering.HASH_TCP4, Arrays.copyOf(KEY, 16), new int[] {1}, 0);
      assertEquals(1, landed(port, KNOWN_TCP4, new Burst(1)));
    }
    try (Port port = Rig.start(PortSettings.defaults(), "steering", "false")) {
      assertTrue(port.facet(Steering.class).isEmpty());
    }
  }

  private interface Attempt {
    void run() throws DriverException;
  }

  private static void refused(String what, Attempt attempt) {
    DriverException e = assertThrows(DriverException.class, attempt::run);
    assertTrue(e.getMessage().contains(what), e.getMessage());
  }
}
