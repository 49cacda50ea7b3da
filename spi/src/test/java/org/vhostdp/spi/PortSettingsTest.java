package org.vhostdp.spi;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;

import org.junit.jupiter.api.Test;
import org.vhostdp.spi.DriverException.Reason;

/** CFG-1 and CFG-2, as far as the settings themselves can say. */
class PortSettingsTest {
  private static final PortSettings DEFAULTS = PortSettings.defaults();
  private static final byte[] MAC = {2, 0, 0, 0, 0, 1};

  private static Capabilities.Builder four() {
    return Capabilities.builder()
        .maxQueuePairs(4)
        .mtu(68, 9000)
        .offloads(0, Offload.CSUM_PARTIAL | Offload.GSO_TCP4);
  }

  private static void refused(
      Reason reason, String message, PortSettings settings, Capabilities can) {
    DriverException e = assertThrows(DriverException.class, () -> settings.check(can));
    assertEquals(message, e.getMessage());
    assertEquals(reason, e.reason());
  }

  @Test
  void defaultsFitEveryPort() throws DriverException {
    DEFAULTS.check(Capabilities.builder().build());
    assertEquals(1, DEFAULTS.queuePairs());
    assertEquals(1, DEFAULTS.activeQueuePairs());
    assertEquals(0, DEFAULTS.mtu());
    assertEquals(0, DEFAULTS.rxOffloads());
    assertNull(DEFAULTS.mac());
  }

  @Test
  void whatIsAllowedPasses() throws DriverException {
    Capabilities can = four().features(Capabilities.QUEUE_TOGGLE).build();
    DEFAULTS.withQueuePairs(4).withActiveQueuePairs(1).withMac(MAC).check(can);
    DEFAULTS.withMtu(68).withRxOffloads(Offload.CSUM_PARTIAL).check(can);
    DEFAULTS.withMtu(9000).withRxOffloads(Offload.CSUM_PARTIAL | Offload.GSO_TCP4).check(can);
  }

  @Test
  void queuePairsOutOfRange() {
    String message = "This port cannot have queue pairs = %d. It takes 1 to 4.";
    for (int n : new int[] {-1, 0, 5}) {
      refused(
          Reason.UNSUPPORTED,
          String.format(message, n),
          DEFAULTS.withQueuePairs(n),
          four().build());
    }
  }

  @Test
  void activeQueuePairsOutOfRange() {
    PortSettings three = DEFAULTS.withQueuePairs(3);
    String message = "This port cannot have active queue pairs = %d. It takes 1 to 3.";
    for (int n : new int[] {0, 4}) {
      refused(
          Reason.UNSUPPORTED,
          String.format(message, n),
          three.withActiveQueuePairs(n),
          four().build());
    }
    refused(
        Reason.UNSUPPORTED,
        "This port cannot have active queue pairs = 2. It takes only 3.",
        three.withActiveQueuePairs(2),
        four().build());
  }

  @Test
  void mtuOutOfRange() {
    String message = "This port cannot have MTU = %d. It takes 68 to 9000 bytes.";
    for (int mtu : new int[] {67, 9001, -1}) {
      refused(
          Reason.UNSUPPORTED, String.format(message, mtu), DEFAULTS.withMtu(mtu), four().build());
    }
  }

  @Test
  void receiveOffloadsThatThePortLacks() {
    refused(
        Reason.UNSUPPORTED,
        "This port cannot deliver the receive offloads tso6 vlan. It can deliver: csum tso4.",
        DEFAULTS.withRxOffloads(Offload.GSO_TCP4 | Offload.GSO_TCP6 | Offload.VLAN),
        four().build());
  }

  @Test
  void receiveOffloadsThatNameNone() {
    refused(
        Reason.UNSUPPORTED,
        "The receive offloads hold bits that name no offload: 0x40000001."
            + " Use the bits of Offload.",
        DEFAULTS.withRxOffloads(Offload.MORE | 1 << 30 | Offload.CSUM_PARTIAL),
        four().build());
  }

  @Test
  void largeFramesWithoutChecksumOffload() {
    refused(
        Reason.CONFIGURATION,
        "The receive offloads tso4 lack csum."
            + " Who takes large frames takes frames without a checksum too.",
        DEFAULTS.withRxOffloads(Offload.GSO_TCP4),
        four().build());
  }

  @Test
  void addressesOfNoSingleStation() {
    String message =
        "The MAC address is not six bytes of a single station."
            + " Clear the lowest bit of its first byte.";
    byte[] group = {1, 0, 0, 0, 0, 1};
    for (byte[] mac : new byte[][] {group, new byte[5], new byte[7]}) {
      refused(Reason.CONFIGURATION, message, DEFAULTS.withMac(mac), four().build());
    }
  }

  @Test
  void whatIsNotLiveIsRefusedByName() throws DriverException {
    notLive("queue pairs", DEFAULTS.withQueuePairs(2), ~0);
    notLive("MTU", DEFAULTS.withMtu(1400), ~Capabilities.LIVE_MTU);
    notLive("receive offloads", DEFAULTS.withRxOffloads(2), ~Capabilities.LIVE_OFFLOADS);
    notLive("the MAC address", DEFAULTS.withMac(MAC), ~Capabilities.LIVE_MAC);
    PortSettings two = DEFAULTS.withQueuePairs(2);
    DriverException active =
        assertThrows(
            DriverException.class,
            () -> two.checkLive(two.withActiveQueuePairs(1), live(~Capabilities.LIVE_QUEUES)));
    assertEquals(
        "This port cannot change active queue pairs while it is started. Stop it first.",
        active.getMessage());
  }

  private static Capabilities live(int bits) {
    return Capabilities.builder().live(bits).build();
  }

  private static void notLive(String name, PortSettings next, int bits) {
    DriverException e =
        assertThrows(DriverException.class, () -> DEFAULTS.checkLive(next, live(bits)));
    assertEquals(Reason.UNSUPPORTED, e.reason());
    assertEquals(
        "This port cannot change " + name + " while it is started. Stop it first.", e.getMessage());
  }

  @Test
  void whatIsLiveOrUnchangedPasses() throws DriverException {
    PortSettings two = DEFAULTS.withQueuePairs(2).withMac(MAC);
    two.checkLive(DEFAULTS.withQueuePairs(2).withMac(MAC.clone()), live(0));
    two.checkLive(
        two.withActiveQueuePairs(1).withMtu(1400).withRxOffloads(2).withMac(null), live(~0));
  }

  @Test
  void addressesAreCopied() {
    byte[] given = MAC.clone();
    PortSettings settings = DEFAULTS.withMac(given);
    given[5] = 9;
    assertArrayEquals(MAC, settings.mac());
    settings.mac()[5] = 9;
    assertArrayEquals(MAC, settings.mac());
    assertNull(settings.withMac(null).mac());
  }

  @Test
  void aWithMethodLeavesTheOriginalAsItWas() {
    PortSettings changed =
        DEFAULTS.withQueuePairs(3).withActiveQueuePairs(2).withMtu(1400).withRxOffloads(2);
    assertEquals(3, changed.queuePairs());
    assertEquals(2, changed.activeQueuePairs());
    assertEquals(1400, changed.mtu());
    assertEquals(2, changed.rxOffloads());
    assertEquals(3, changed.withQueuePairs(3).activeQueuePairs());
    assertEquals(1, DEFAULTS.queuePairs());
  }
}
