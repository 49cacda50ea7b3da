package org.vhostdp.driver.dpdk.feature;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.vhostdp.driver.dpdk.eal.Libraries;
import org.vhostdp.driver.dpdk.feature.generated.Features;
import org.vhostdp.spi.DriverException;

/** The key "flow" as an operator writes it. */
class FlowTextTest {
  private static String hex(byte[] bytes) {
    return HexFormat.of().formatHex(bytes);
  }

  @Test
  void headersAndFieldsBecomeBytesAndMasks() throws Exception {
    FeatureLab.needs(Libraries.missing().isEmpty(), "DPDK is not there");
    List<FlowRule> rules =
        FlowText.read(
            "vlan id 5 ipv4 src 192.0.2.0/25 dst 198.51.100.1 udp dst 5000 queue 2;"
                + " eth dst 02:00:00:00:00:07 ipv6 dst 2001:db8::/33 tcp src 80 drop;");
    assertEquals(2, rules.size());
    FlowRule first = rules.getFirst();
    assertEquals(2, first.queue());
    assertEquals(4, first.items().size(), "and Ethernet before them");
    assertEquals(Features.RTE_FLOW_ITEM_TYPE_ETH(), first.items().get(0).type());
    assertEquals("0005000000000000", hex(first.items().get(1).spec()));
    assertEquals("0fff000000000000", hex(first.items().get(1).mask()));
    FlowRule.Item ip = first.items().get(2);
    assertEquals("c0000200c6336401", hex(ip.spec()).substring(24));
    assertEquals("ffffff80ffffffff", hex(ip.mask()).substring(24));
    assertEquals("0000138800000000", hex(first.items().get(3).spec()));
    FlowRule second = rules.get(1);
    assertEquals(FlowRule.DROP, second.queue());
    assertEquals("020000000007", hex(second.items().get(0).spec()).substring(0, 12));
    FlowRule.Item ip6 = second.items().get(1);
    assertEquals("20010db8000000000000000000000000", hex(ip6.spec()).substring(48, 80));
    assertEquals("ffffffff800000000000000000000000", hex(ip6.mask()).substring(48, 80));
    assertEquals("0050", hex(second.items().get(2).spec()).substring(0, 4));
  }

  @Test
  void whatCannotBeReadIsNamed() {
    FeatureLab.needs(Libraries.missing().isEmpty(), "DPDK is not there");
    String[][] wrong = {
      {"ipv4 dst 192.0.2.1", "it lacks a header, queue or drop"},
      {"ipv4 dst example.org queue 1", "\"example.org\" is not an address of IPv4"},
      {"ipv4 dst 192.0.2.256 queue 1", "\"192.0.2.256\" is not an address"},
      {"ipv4 dst 192.0.2.1/33 queue 1", "\"33\" is not a number of bits from 0 to 32"},
      {"udp dst 70000 queue 1", "\"70000\" is not a port from 0 to 65535"},
      {"eth src 02:00 drop", "\"02:00\" is not a MAC address"},
      {"queue 1 drop", "\"drop\" stands behind its end"},
      {"queue", "it lacks a queue"},
      {"ipv6 dst 192.0.2.1 drop", "\"192.0.2.1\" is not an address of IPv6"},
    };
    for (String[] each : wrong) {
      DriverException e = assertThrows(DriverException.class, () -> FlowText.read(each[0]));
      assertEquals(DriverException.Reason.CONFIGURATION, e.reason());
      assertTrue(e.getMessage().contains(each[1]), e.getMessage());
      assertTrue(e.getMessage().contains("\"" + each[0] + "\""), e.getMessage());
    }
  }
}
