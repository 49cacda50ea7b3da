package org.vhostdp.spi;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.Test;

class CapabilitiesTest {
  @Test
  void theLeastDriverCanDoTheLeast() {
    Capabilities least = Capabilities.builder().build();
    assertEquals(
        "{queue pairs=1-1, mtu=68-1500, transmit offloads=none, receive offloads=none,"
            + " frame=1518 bytes, 1 segments, foreign memory=no}",
        least.describe().toString());
    assertEquals(256, least.txLent());
    assertEquals(256, least.rxLent());
    assertEquals(0, least.features());
    assertEquals(0, least.live());
    assertTrue(least.has(0));
  }

  @Test
  void everythingIsDescribedInAFixedOrder() {
    Capabilities can =
        Capabilities.builder()
            .maxQueuePairs(8)
            .mtu(100, 9000)
            .offloads(Offload.CSUM_PARTIAL | Offload.GSO_TCP4, Offload.HASH)
            .frames(65_550, 2048, 18)
            .lent(64, 128)
            .features(Capabilities.FOREIGN_TX)
            .features(Capabilities.FOREIGN_RX)
            .live(Capabilities.LIVE_MTU)
            .live(Capabilities.LIVE_MAC)
            .build();
    assertEquals(
        List.of(
            "queue pairs",
            "mtu",
            "transmit offloads",
            "receive offloads",
            "frame",
            "foreign memory"),
        List.copyOf(can.describe().keySet()));
    assertEquals("csum tso4", can.describe().get("transmit offloads"));
    assertEquals("hash", can.describe().get("receive offloads"));
    assertEquals("65550 bytes, 18 segments", can.describe().get("frame"));
    assertEquals("transmit and receive", can.describe().get("foreign memory"));
    assertEquals(2048, can.frameRoom());
    assertEquals(64, can.txLent());
    assertEquals(128, can.rxLent());
    assertTrue(can.has(Capabilities.FOREIGN_TX | Capabilities.FOREIGN_RX));
    assertFalse(can.has(Capabilities.FOREIGN_TX | Capabilities.QUEUE_TOGGLE));
    assertEquals(Capabilities.LIVE_MTU | Capabilities.LIVE_MAC, can.live());
  }

  @Test
  void foreignMemoryOneWay() {
    assertEquals("transmit", foreign(Capabilities.FOREIGN_TX));
    assertEquals("receive", foreign(Capabilities.FOREIGN_RX));
  }

  private static String foreign(int features) {
    return Capabilities.builder().features(features).build().describe().get("foreign memory");
  }

  @Test
  void everyOffloadHasAName() {
    assertEquals(
        "csum csum-valid tso4 tso6 ufo uso ecn vlan hash timestamp",
        Capabilities.names(Offload.KNOWN));
    assertEquals("none", Capabilities.names(0));
    assertEquals("none", Capabilities.names(Offload.MORE));
    assertEquals("timestamp", Capabilities.names(Offload.TIMESTAMP));
  }

  @Test
  void aBuilderUsedAgainDoesNotChangeWhatItBuilt() {
    Capabilities.Builder builder = Capabilities.builder().maxQueuePairs(2);
    Capabilities first = builder.build();
    builder.maxQueuePairs(9).features(Capabilities.FOREIGN_TX);
    assertEquals(2, first.maxQueuePairs());
    assertEquals(0, first.features());
    assertEquals(9, builder.build().maxQueuePairs());
  }
}
