package org.vhostdp.driver.afxdp.program;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.vhostdp.linux.Errno;
import org.vhostdp.linux.Fd;
import org.vhostdp.spi.DriverException;
import org.vhostdp.spi.DriverException.Reason;

/** Flow rules: as a NIC sees them, and on an interface that has none. */
@Timeout(180)
final class EthtoolFlowsTest {
  /** A NIC with a table, by the layout of linux/ethtool.h on a 64-bit machine. */
  private static final class Nic implements EthtoolFlows.Requests {
    final Map<Integer, byte[]> rules = new TreeMap<>();
    private final int places;
    private final boolean chooses;
    int refusal;

    Nic(int places, boolean chooses) {
      this.places = places;
      this.chooses = chooses;
    }

    @Override
    public int request(MemorySegment rxnfc) {
      int location = rxnfc.get(ValueLayout.JAVA_INT, 176);
      switch (rxnfc.get(ValueLayout.JAVA_INT, 0)) {
        case 0x2e -> {
          rxnfc.set(ValueLayout.JAVA_INT, 184, rules.size());
          rxnfc.set(ValueLayout.JAVA_LONG, 8, chooses ? 0x80000000L : 0);
        }
        case 0x30 -> {
          int i = 0;
          for (int used : rules.keySet()) {
            rxnfc.set(ValueLayout.JAVA_INT, 188 + 4L * i++, used);
          }
          rxnfc.set(ValueLayout.JAVA_LONG, 8, places);
        }
        case 0x32 -> {
          if (refusal != 0) {
            return -refusal;
          }
          int at = location == -1 ? 7 : location;
          rxnfc.set(ValueLayout.JAVA_INT, 176, at);
          rules.put(at, rxnfc.asSlice(0, 188).toArray(ValueLayout.JAVA_BYTE));
        }
        case 0x31 -> {
          return rules.remove(location) == null ? -Errno.ENOENT : 0;
        }
        default -> throw new AssertionError("request " + rxnfc.get(ValueLayout.JAVA_INT, 0));
      }
      return 0;
    }

    EthtoolFlows flows() {
      return new EthtoolFlows("nic0", this, () -> {});
    }

    byte[] part(int rule, int from, int length) {
      return MemorySegment.ofArray(rules.get(rule))
          .asSlice(from, length)
          .toArray(ValueLayout.JAVA_BYTE);
    }
  }

  @Test
  void aRuleStandsInTheTableAsTheKernelReadsIt() throws Exception {
    Nic nic = new Nic(16, false);
    EthtoolFlows flows = nic.flows();
    flows.add(FlowRule.of("udp4 dst-ip 192.0.2.1 dst-port 4789 queue 3"));
    assertArrayEquals(new byte[] {2, 0, 0, 0}, nic.part(15, 16, 4), "UDP_V4_FLOW");
    byte[] values = {0, 0, 0, 0, (byte) 192, 0, 2, 1, 0, 0, 0x12, (byte) 0xb5, 0};
    assertArrayEquals(values, nic.part(15, 20, 13));
    byte[] masks = {0, 0, 0, 0, -1, -1, -1, -1, 0, 0, -1, -1, 0};
    assertArrayEquals(masks, nic.part(15, 92, 13));
    assertArrayEquals(new byte[] {3, 0, 0, 0, 0, 0, 0, 0}, nic.part(15, 168, 8), "ring_cookie");
    flows.add(FlowRule.of("ether dst 02:00:00:00:00:01 proto 0x88b5 queue 0"));
    byte[] ether = {2, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, (byte) 0x88, (byte) 0xb5};
    assertArrayEquals(ether, nic.part(14, 20, 14));
    flows.add(FlowRule.of("tcp6 src-ip 2001:db8::1 src-port 80 queue 1"));
    byte[] address = {0x20, 1, 0xd, (byte) 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1};
    assertArrayEquals(address, nic.part(13, 20, 16));
    assertArrayEquals(new byte[] {0, 80, 0, 0}, nic.part(13, 52, 4));
    flows.add(FlowRule.of("ip4 src-ip 198.51.100.1 queue 2"));
    assertArrayEquals(new byte[] {(byte) 198, 51, 100, 1}, nic.part(12, 20, 4));
    assertEquals(1, nic.part(12, 33, 1)[0], "ip_ver");
    flows.close();
    assertTrue(nic.rules.isEmpty());
    assertEquals("", flows.remainder());
  }

  @Test
  void rulesOfOthersKeepTheirPlaces() throws Exception {
    Nic nic = new Nic(2, false);
    nic.rules.put(1, new byte[188]);
    EthtoolFlows flows = nic.flows();
    flows.add(FlowRule.of("tcp4 dst-port 80 queue 0"));
    assertEquals(2, nic.rules.size());
    DriverException full =
        assertThrows(
            DriverException.class, () -> flows.add(FlowRule.of("tcp4 dst-port 81 queue 0")));
    assertEquals(Reason.RESOURCES, full.reason());
    assertTrue(full.getMessage().contains("of nic0 is full with 2"), full.getMessage());
    flows.close();
    flows.close();
    assertEquals(Set.of(1), nic.rules.keySet());
  }

  @Test
  void anInterfaceThatChoosesThePlaceIsAskedTo() throws Exception {
    Nic nic = new Nic(2, true);
    EthtoolFlows flows = nic.flows();
    flows.add(FlowRule.of("tcp4 dst-port 80 queue 0"));
    assertEquals(Set.of(7), nic.rules.keySet());
    flows.close();
    assertTrue(nic.rules.isEmpty());
  }

  @Test
  void aRuleThatTheNicRefusesIsNamed() {
    Nic nic = new Nic(2, false);
    nic.refusal = Errno.EINVAL;
    FlowRule[] rule = new FlowRule[1];
    DriverException e =
        assertThrows(
            DriverException.class,
            () -> {
              rule[0] = FlowRule.of("tcp4 dst-port 80 queue 9");
              nic.flows().add(rule[0]);
            });
    assertEquals(Reason.UNSUPPORTED, e.reason());
    assertTrue(e.getMessage().contains("\"tcp4 dst-port 80 queue 9\" nic0: EINVAL"));
    assertTrue(e.getMessage().contains("ethtool -l nic0"), e.getMessage());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "queue",
        "queue 3",
        "tcp5 queue 3",
        "tcp4 dst-port 80",
        "tcp4 dst-port queue 3",
        "tcp4 dst-port 80000 queue 3",
        "tcp4 dst-port x queue 3",
        "tcp4 dst-ip 2001:db8::1 queue 3",
        "tcp6 dst-ip 192.0.2.1 queue 3",
        "ip4 dst-port 80 queue 3",
        "ether dst 02:00:00:00:00 queue 3",
        "tcp4 queue -1"
      })
  void whatIsNoRuleIsNamed(String text) {
    DriverException e = assertThrows(DriverException.class, () -> FlowRule.of(text));
    assertEquals(Reason.CONFIGURATION, e.reason());
    assertTrue(e.getMessage().startsWith("\"" + text + "\" is no flow rule: "), e.getMessage());
    assertTrue(e.getMessage().contains("Write it like"), e.getMessage());
  }

  @Test
  void anInterfaceWithoutRulesSaysSo() throws Exception {
    try (XdpLab lab = XdpLab.open()) {
      lab.in(
          () -> {
            long fds = Fd.openCount();
            DriverException e =
                assertThrows(
                    DriverException.class,
                    () -> EthtoolFlows.open("v0", "tcp4 dst-port 80 queue 0").close());
            assertEquals(Reason.UNSUPPORTED, e.reason(), e.getMessage());
            assertTrue(e.getMessage().contains("v0: EOPNOTSUPP"), e.getMessage());
            assertTrue(e.getMessage().contains("has no flow rules"), e.getMessage());
            DriverException gone =
                assertThrows(
                    DriverException.class,
                    () -> EthtoolFlows.open("v9", "tcp4 dst-port 80 queue 0").close());
            assertEquals(Reason.NOT_FOUND, gone.reason(), gone.getMessage());
            assertEquals(fds, Fd.openCount());
            return null;
          });
    }
  }
}
