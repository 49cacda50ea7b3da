package org.vhostdp.spi;

import java.util.Arrays;

/** What a port is asked to do. Immutable; {@code with} methods give a changed copy. */
public final class PortSettings {
  private final int queuePairs;
  private final int activeQueuePairs;
  private final int mtu;
  private final int rxOffloads;
  private final byte[] mac;

  private PortSettings(int queuePairs, int active, int mtu, int rxOffloads, byte[] mac) {
    this.queuePairs = queuePairs;
    this.activeQueuePairs = active;
    this.mtu = mtu;
    this.rxOffloads = rxOffloads;
    this.mac = mac;
  }

  /** One queue pair, the device's own MTU and MAC address, no receive offloads. */
  public static PortSettings defaults() {
    return new PortSettings(1, 1, 0, 0, null);
  }

  /** Queue pairs to make; all active. */
  public PortSettings withQueuePairs(int n) {
    return new PortSettings(n, n, mtu, rxOffloads, mac);
  }

  /** Queue pairs that receive, 1 to queue pairs; the others exist and stay silent. */
  public PortSettings withActiveQueuePairs(int n) {
    return new PortSettings(queuePairs, n, mtu, rxOffloads, mac);
  }

  /** Bytes of layer 3; 0 leaves the device as it is. */
  public PortSettings withMtu(int bytes) {
    return new PortSettings(queuePairs, activeQueuePairs, bytes, rxOffloads, mac);
  }

  /** Offloads that received frames may use: bits of {@link Offload}. */
  public PortSettings withRxOffloads(int offloads) {
    return new PortSettings(queuePairs, activeQueuePairs, mtu, offloads, mac);
  }

  /** Six bytes, or null to leave the device as it is. */
  public PortSettings withMac(byte[] address) {
    return new PortSettings(
        queuePairs, activeQueuePairs, mtu, rxOffloads, address == null ? null : address.clone());
  }

  public int queuePairs() {
    return queuePairs;
  }

  public int activeQueuePairs() {
    return activeQueuePairs;
  }

  /** Bytes of layer 3, or 0: as the device is. */
  public int mtu() {
    return mtu;
  }

  public int rxOffloads() {
    return rxOffloads;
  }

  /** Six bytes, or null: as the device is. */
  public byte[] mac() {
    return mac == null ? null : mac.clone();
  }

  /**
   * Checks these settings against a port's abilities, as {@link Port#configure} must.
   *
   * @throws DriverException naming the setting and its range
   */
  public void check(Capabilities can) throws DriverException {
    if (queuePairs < 1 || queuePairs > can.maxQueuePairs()) {
      throw refused("queue pairs", queuePairs, "1 to " + can.maxQueuePairs());
    }
    if (activeQueuePairs < 1 || activeQueuePairs > queuePairs) {
      throw refused("active queue pairs", activeQueuePairs, "1 to " + queuePairs);
    }
    if (activeQueuePairs < queuePairs && !can.has(Capabilities.QUEUE_TOGGLE)) {
      throw refused("active queue pairs", activeQueuePairs, "only " + queuePairs);
    }
    if (mtu != 0 && (mtu < can.minMtu() || mtu > can.maxMtu())) {
      throw refused("MTU", mtu, can.minMtu() + " to " + can.maxMtu() + " bytes");
    }
    checkOffloads(can);
    if (mac != null && (mac.length != 6 || (mac[0] & 1) != 0)) {
      throw new DriverException(
          DriverException.Reason.CONFIGURATION,
          "The MAC address is not six bytes of a single station.",
          "Clear the lowest bit of its first byte.");
    }
  }

  private void checkOffloads(Capabilities can) throws DriverException {
    int unknown = rxOffloads & (~Offload.KNOWN | Offload.MORE);
    if (unknown != 0) {
      throw new DriverException(
          DriverException.Reason.UNSUPPORTED,
          "The receive offloads hold bits that name no offload: 0x%x.".formatted(unknown),
          "Use the bits of Offload.");
    }
    int beyond = rxOffloads & ~can.rxOffloads();
    if (beyond != 0) {
      throw new DriverException(
          DriverException.Reason.UNSUPPORTED,
          "This port cannot deliver the receive offloads " + Capabilities.names(beyond) + ".",
          "It can deliver: " + Capabilities.names(can.rxOffloads()) + ".");
    }
    if ((rxOffloads & Offload.GSO_ANY) != 0 && (rxOffloads & Offload.CSUM_PARTIAL) == 0) {
      throw new DriverException(
          DriverException.Reason.CONFIGURATION,
          "The receive offloads " + Capabilities.names(rxOffloads) + " lack csum.",
          "Who takes large frames takes frames without a checksum too.");
    }
  }

  /**
   * Checks that a change to {@code next} is one that may be made while started.
   *
   * @throws DriverException naming the first setting that may not
   */
  public void checkLive(PortSettings next, Capabilities can) throws DriverException {
    live("queue pairs", queuePairs != next.queuePairs, false);
    live(
        "active queue pairs",
        activeQueuePairs != next.activeQueuePairs,
        (can.live() & Capabilities.LIVE_QUEUES) != 0);
    live("MTU", mtu != next.mtu, (can.live() & Capabilities.LIVE_MTU) != 0);
    live(
        "receive offloads",
        rxOffloads != next.rxOffloads,
        (can.live() & Capabilities.LIVE_OFFLOADS) != 0);
    live(
        "the MAC address",
        !Arrays.equals(mac, next.mac),
        (can.live() & Capabilities.LIVE_MAC) != 0);
  }

  private static void live(String name, boolean changed, boolean allowed) throws DriverException {
    if (changed && !allowed) {
      throw new DriverException(
          DriverException.Reason.UNSUPPORTED,
          "This port cannot change " + name + " while it is started.",
          "Stop it first.");
    }
  }

  private static DriverException refused(String name, int value, String range) {
    return new DriverException(
        DriverException.Reason.UNSUPPORTED,
        "This port cannot have " + name + " = " + value + ".",
        "It takes " + range + ".");
  }
}
