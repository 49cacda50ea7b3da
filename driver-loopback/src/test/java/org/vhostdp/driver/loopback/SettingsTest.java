package org.vhostdp.driver.loopback;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.vhostdp.spi.Burst;
import org.vhostdp.spi.Capabilities;
import org.vhostdp.spi.DriverException;
import org.vhostdp.spi.DriverException.Reason;
import org.vhostdp.spi.Offload;
import org.vhostdp.spi.Port;
import org.vhostdp.spi.PortSettings;
import org.vhostdp.spi.Shaping;

class SettingsTest {
  private static final PortSettings ONE = PortSettings.defaults();
  private static final byte[] MAC = {2, 0, 0, 0, 0, 7};

  @Test
  void everySettingMayChangeLive() throws DriverException {
    try (Port port = Rig.start(ONE.withQueuePairs(2))) {
      port.configure(
          ONE.withQueuePairs(2)
              .withActiveQueuePairs(1)
              .withMtu(1400)
              .withMac(MAC)
              .withRxOffloads(Offload.CSUM_PARTIAL));
      Burst burst = new Burst(1);
      port.tx(0).claim(burst, 1);
      Rig.fill(port, burst, 0, Rig.frame(1423, 0));
      assertEquals(0, port.tx(0).transmit(burst, 0, 1));
      assertEquals(Burst.TOO_LONG, burst.status[0]);
      port.configure(ONE.withQueuePairs(2));
      assertEquals(1, port.tx(0).transmit(burst, 0, 1));
      DriverException refused =
          assertThrows(DriverException.class, () -> port.configure(ONE.withQueuePairs(1)));
      assertEquals(Reason.UNSUPPORTED, refused.reason());
      port.stop();
      port.configure(ONE.withQueuePairs(1));
      assertThrows(IndexOutOfBoundsException.class, () -> port.rx(1));
    }
  }

  @Test
  void liveSettingsCanBeSwitchedOff() throws DriverException {
    try (Port port = Rig.start(ONE.withQueuePairs(2), "live", "false")) {
      assertEquals(0, port.capabilities().live());
      PortSettings two = ONE.withQueuePairs(2);
      port.configure(two);
      for (PortSettings changed :
          new PortSettings[] {
            two.withActiveQueuePairs(1),
            two.withMtu(1400),
            two.withMac(MAC),
            two.withRxOffloads(Offload.VLAN)
          }) {
        assertThrows(DriverException.class, () -> port.configure(changed));
      }
      port.stop();
      port.configure(two.withMtu(1400));
    }
  }

  @Test
  void aRefusedConfigureChangesNothing() throws DriverException {
    try (Port port = Rig.start(ONE.withMtu(1500), "mtu", "1500", "queues", "2")) {
      assertThrows(DriverException.class, () -> port.configure(ONE.withMtu(1501)));
      assertThrows(DriverException.class, () -> port.configure(ONE.withQueuePairs(3)));
      port.configure(ONE.withMtu(1500));
      Rig.send(port, 0, Rig.frame(1522, 1));
      assertEquals(1, Rig.receive(port, 0).size());
    }
  }

  @Test
  void capabilitiesFollowTheConfiguration() throws DriverException {
    try (Port port =
        Rig.open(
            new Rig.Ear(),
            "queues",
            "3",
            "depth",
            "128",
            "mtu",
            "1500",
            "segments",
            "5",
            "offloads",
            "none",
            "frame-room",
            "1600",
            "shaping",
            "false")) {
      Capabilities can = port.capabilities();
      assertEquals(3, can.maxQueuePairs());
      assertEquals(128, can.rxLent());
      assertEquals(1500, can.maxMtu());
      assertEquals(5, can.maxSegments());
      assertEquals(1600, can.maxFrame());
      assertEquals(can, port.capabilities());
      assertTrue(port.facet(Shaping.class).isEmpty());
    }
    try (Port sink = Rig.open(new Rig.Ear(), "mode", "sink")) {
      assertEquals(0, sink.capabilities().rxOffloads());
      assertTrue((sink.capabilities().txOffloads() & Offload.GSO_TCP4) != 0);
    }
  }

  @Test
  void keysThatContradictEachOtherAreRefused() {
    wrong("The mode pair needs the key \"wire\"", "mode", "pair");
    wrong("The key \"wire\" has no meaning in this mode", "wire", "x");
    wrong("The key \"frame-room\" = 1500 is too little", "mtu", "1500", "frame-room", "1500");
    wrong(
        "The key \"frame-bytes\" = 1515 is too much",
        "mode",
        "source",
        "mtu",
        "1500",
        "frame-bytes",
        "1515");
    wrong(
        "The key \"frame-mix\" is too much for an MTU of 1503.",
        "mode",
        "source",
        "mtu",
        "1503",
        "frame-mix",
        "true");
    wrong("\"depth\" = \"100\" is not one of 64, 128", "depth", "100");
    wrong("the key \"color\" is unknown (known: mode, wire,", "color", "red");
  }

  @Test
  void keysThatContradictReflectAreRefused() throws DriverException {
    wrong("\"wire\" has no meaning in this mode", "mode", "reflect", "wire", "x");
    wrong("The mode reflect has no offloads", "mode", "reflect", "offloads", "csum");
    wrong("\"segments\" = 2 is too much for the mode", "mode", "reflect", "segments", "2");
    wrong("\"full\" = drop has no meaning", "mode", "reflect", "full", "drop");
    Rig.open(new Rig.Ear(), "mode", "reflect", "offloads", "none", "segments", "1").close();
  }

  private static void wrong(String sentence, String... config) {
    DriverException e = assertThrows(DriverException.class, () -> Rig.open(new Rig.Ear(), config));
    assertEquals(Reason.CONFIGURATION, e.reason());
    assertTrue(e.getMessage().contains(sentence), e.getMessage());
  }
}
