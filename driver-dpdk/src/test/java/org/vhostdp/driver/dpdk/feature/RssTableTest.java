package org.vhostdp.driver.dpdk.feature;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.vhostdp.spi.Steering.HASH_TCP4;
import static org.vhostdp.spi.Steering.HASH_UDP6;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.vhostdp.driver.dpdk.generated.Dpdk;
import org.vhostdp.spi.DriverException;
import org.vhostdp.spi.Port;
import org.vhostdp.spi.PortSettings;
import org.vhostdp.spi.Steering;

/**
 * Receive-side scaling on net_null, which keeps a table of 128 entries, types and a key as a NIC
 * does, and tells them again; it has no flows to spread.
 */
class RssTableTest {
  private static final long TYPES = 0x3FFFC;

  @Test
  void tableTypesAndKeyAreSetAndTakenBack() throws Exception {
    try (FeatureLab lab = FeatureLab.open()) {
      String name = FeatureLab.device("net_null");
      Port port = lab.started(PortSettings.defaults().withQueuePairs(4), name);
      assertTrue(port.facet(Steering.class).isEmpty(), "net_null steers nothing");
      RssTable device = new RssTable(number(name), "net_null", TYPES, 128, 40);
      RssSteering steering = new RssSteering(device, 4);
      steering.started();
      int[] own = device.queues();
      RssTable.Hash ownHash = device.hash();
      byte[] key = new byte[40];
      Arrays.fill(key, (byte) 0x5A);
      steering.scale(HASH_TCP4 | HASH_UDP6, key, new int[] {3, 1}, 0);
      int[] expected = new int[128];
      Arrays.setAll(expected, i -> i % 2 == 0 ? 3 : 1);
      assertArrayEquals(expected, device.queues());
      assertEquals(1 << 4 | 1 << 11 | 1 << 17, device.hash().types());
      assertArrayEquals(key, device.hash().key());
      refused(() -> steering.scale(HASH_TCP4, key, new int[] {4}, 0), "queue 4 in its table");
      refused(() -> steering.scale(HASH_TCP4, key, new int[3], 0), "a table of 3 entries");
      refused(() -> steering.scale(1 << 9, key, new int[1], 0), "the hash types 0x200");
      refused(() -> steering.scale(HASH_TCP4, key, new int[1], 1), "queue 1 for frames");
      refused(() -> steering.program("ebpf-fd", 1), "a program");
      assertArrayEquals(expected, device.queues(), "what was refused changed nothing");
      steering.reset();
      assertArrayEquals(own, device.queues());
      assertEquals(ownHash.types(), device.hash().types());
      steering.stopped();
      steering.scale(HASH_TCP4, key, new int[] {2}, 0);
      assertArrayEquals(own, device.queues(), "a stopped device is left alone");
      steering.started();
      assertEquals(2, device.queues()[127]);
    }
  }

  private interface Call {
    void run() throws DriverException;
  }

  private static void refused(Call call, String what) {
    DriverException e = assertThrows(DriverException.class, call::run);
    assertEquals(DriverException.Reason.UNSUPPORTED, e.reason());
    assertTrue(e.getMessage().contains(what), e.getMessage());
  }

  /** The number of the port of a name. */
  static int number(String name) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment port = arena.allocate(2);
      assertEquals(0, Dpdk.rte_eth_dev_get_port_by_name(arena.allocateFrom(name), port));
      return port.get(Mbuf.SHORT, 0);
    }
  }
}
