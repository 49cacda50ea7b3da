package org.vhostdp.driver.mdev.virtio;

import org.vhostdp.driver.mdev.nic.NicOptions;
import org.vhostdp.driver.mdev.nic.Outgoing;
import org.vhostdp.driver.mdev.nic.RingLayout;
import org.vhostdp.spi.Capabilities;
import org.vhostdp.spi.DriverException;
import org.vhostdp.spi.DriverException.Reason;
import org.vhostdp.spi.Offload;
import org.vhostdp.spi.PortSettings;

/**
 * What a device offers, and what of it is used. Immutable.
 *
 * @param name the device's
 * @param features that it offers
 * @param config what it says about itself
 * @param size descriptors of each ring
 * @param packed which rings are used
 * @param options what the operator wants
 */
record Offered(
    String name, long features, NetConfig config, int size, boolean packed, NicOptions options) {
  private static final int GREATEST_MTU = 65521;

  /** Without mergeable buffers each one must hold a whole frame. */
  private static final int GREATEST_ALONE = 9000;

  private static final int LEAST_MTU = 68;
  private static final int USUAL_MTU = 1500;

  /** Bytes of a slot that holds a frame of the usual MTU. */
  static final int SLOT = 2048;

  private static final int LEAST_SIZE = 8;

  /** Used wherever the device offers them. */
  private static final long ALWAYS =
      Feature.VERSION_1
          | Feature.ACCESS_PLATFORM
          | Feature.ORDER_PLATFORM
          | Feature.EVENT_IDX
          | Feature.CSUM
          | Feature.HOST_TSO4
          | Feature.HOST_TSO6
          | Feature.HOST_ECN
          | Feature.HOST_USO
          | Feature.MTU
          | Feature.MAC
          | Feature.MRG_RXBUF
          | Feature.STATUS
          | Feature.CTRL_VQ
          | Feature.CTRL_RX
          | Feature.CTRL_MAC_ADDR
          | Feature.MQ
          | Feature.RSS;

  /**
   * Asks a device that was reset.
   *
   * @throws DriverException if it is not one that this driver can use as the operator wants it
   */
  static Offered of(VirtioPci pci, NicOptions options) throws DriverException {
    long features = pci.offered();
    if (!Feature.has(features, Feature.VERSION_1)) {
      throw unsupported(
          "The device " + pci.name() + " is no modern virtio device: it lacks VIRTIO_F_VERSION_1.",
          "Have its maker update it, or use its kernel driver.");
    }
    boolean offersPacked = Feature.has(features, Feature.RING_PACKED);
    if (options.ring() == RingLayout.PACKED && !offersPacked) {
      throw unsupported(
          "The key \"ring\" = \"packed\" asks for rings that the device "
              + pci.name()
              + " does not offer.",
          "Set it to \"auto\" or \"split\" (QEMU: packed=on makes them).");
    }
    NetConfig config = NetConfig.of(pci, features);
    boolean packed = offersPacked && options.ring() != RingLayout.SPLIT;
    Offered all = new Offered(pci.name(), features, config, options.descriptors(), packed, options);
    int size = all.smallest(pci);
    if (size < LEAST_SIZE) {
      throw unsupported(
          "The queues of the device " + pci.name() + " have only " + size + " descriptors.",
          "This driver needs " + LEAST_SIZE + ".");
    }
    Offered offered = new Offered(pci.name(), features, config, size, packed, options);
    if (options.mtu() > offered.maxMtu()) {
      throw new DriverException(
          Reason.CONFIGURATION,
          "The key \"mtu\" = " + options.mtu() + " is more than the device " + pci.name() + " has.",
          "It takes up to " + offered.maxMtu() + " bytes.");
    }
    return offered;
  }

  /** Descriptors that all queues have; the device is reset afterwards. */
  private int smallest(VirtioPci pci) throws DriverException {
    // A device has the queues of several pairs only once that was agreed upon.
    pci.negotiate(negotiated(0));
    int least = size;
    int queues = 2 * Math.min(config.pairs(), options.queues());
    for (int queue = 0; queue < queues; queue++) {
      least = Math.min(least, Integer.highestOneBit(pci.queueSize(queue)));
    }
    pci.reset();
    return least;
  }

  private static DriverException unsupported(String message, String advice) {
    return new DriverException(Reason.UNSUPPORTED, message, advice);
  }

  boolean has(long all) {
    return Feature.has(features, all);
  }

  boolean mergeable() {
    return has(Feature.MRG_RXBUF);
  }

  boolean multiqueue() {
    return has(Feature.MQ | Feature.CTRL_VQ);
  }

  private int maxMtu() {
    int most = mergeable() ? GREATEST_MTU : GREATEST_ALONE;
    return config.mtu() < LEAST_MTU ? most : Math.min(most, config.mtu());
  }

  /** The MTU that settings mean. */
  int mtu(PortSettings settings) {
    if (settings.mtu() != 0) {
      return settings.mtu();
    }
    return options.mtu() != 0 ? options.mtu() : Math.min(USUAL_MTU, maxMtu());
  }

  private int txOffloads() {
    if (!has(Feature.CSUM)) {
      return 0;
    }
    int offloads = Offload.CSUM_PARTIAL | Offload.CSUM_VALID;
    offloads |= has(Feature.HOST_TSO4) ? Offload.GSO_TCP4 : 0;
    offloads |= has(Feature.HOST_TSO6) ? Offload.GSO_TCP6 : 0;
    offloads |= has(Feature.HOST_ECN) ? Offload.GSO_ECN : 0;
    return offloads | (has(Feature.HOST_USO) ? Offload.GSO_USO : 0);
  }

  private int rxOffloads() {
    if (!has(Feature.GUEST_CSUM)) {
      return 0;
    }
    int offloads = Offload.CSUM_PARTIAL | Offload.CSUM_VALID;
    if (mergeable()) {
      offloads |= has(Feature.GUEST_TSO4) ? Offload.GSO_TCP4 : 0;
      offloads |= has(Feature.GUEST_TSO6) ? Offload.GSO_TCP6 : 0;
      offloads |= has(Feature.GUEST_ECN) ? Offload.GSO_ECN : 0;
      offloads |= has(Feature.GUEST_USO4 | Feature.GUEST_USO6) ? Offload.GSO_USO : 0;
    }
    return offloads;
  }

  /** What of the features is used, for received frames as settings allow them. */
  long negotiated(int rxOffloads) {
    long wanted = ALWAYS | (packed ? Feature.RING_PACKED : 0);
    if ((rxOffloads & Offload.CSUM_PARTIAL) != 0) {
      wanted |= Feature.GUEST_CSUM;
      wanted |= (rxOffloads & Offload.GSO_TCP4) != 0 ? Feature.GUEST_TSO4 : 0;
      wanted |= (rxOffloads & Offload.GSO_TCP6) != 0 ? Feature.GUEST_TSO6 : 0;
      wanted |= (rxOffloads & Offload.GSO_ECN) != 0 ? Feature.GUEST_ECN : 0;
      long uso = Feature.GUEST_USO4 | Feature.GUEST_USO6;
      wanted |= (rxOffloads & Offload.GSO_USO) != 0 ? uso : 0;
    }
    // The others depend on the control queue, or on checksums, and a device may offer them alone.
    if (!has(Feature.CTRL_VQ)) {
      wanted &= ~(Feature.CTRL_RX | Feature.CTRL_MAC_ADDR | Feature.MQ | Feature.RSS);
    }
    if (!has(Feature.CSUM)) {
      wanted &= ~(Feature.HOST_TSO4 | Feature.HOST_TSO6 | Feature.HOST_ECN | Feature.HOST_USO);
    }
    return features & wanted;
  }

  /** The slots that frames are received into. */
  Slots rxSlots(int mtu) {
    int bytes = mergeable() ? SLOT : Math.max(SLOT, powerOfTwo(mtu + Slots.FRAME_AT + 18));
    return new Slots(2 * size, bytes);
  }

  private static int powerOfTwo(int least) {
    return Integer.highestOneBit(least - 1) << 1;
  }

  Slots txSlots() {
    return new Slots(size, SLOT);
  }

  /** Entries of a frame, so that it and its header fit into a ring. */
  int maxSegments() {
    return Math.min(size - 1, (Outgoing.LONGEST + txSlots().room() - 1) / txSlots().room() + 1);
  }

  Capabilities capabilities() {
    int room = txSlots().room();
    int live = has(Feature.CTRL_VQ | Feature.CTRL_MAC_ADDR) ? Capabilities.LIVE_MAC : 0;
    live |= mergeable() ? Capabilities.LIVE_MTU : 0;
    live |= multiqueue() ? Capabilities.LIVE_QUEUES : 0;
    return Capabilities.builder()
        .maxQueuePairs(Math.min(config.pairs(), options.queues()))
        .offloads(txOffloads(), rxOffloads())
        .mtu(LEAST_MTU, maxMtu())
        .frames(Math.min(Outgoing.LONGEST, maxSegments() * room), room, maxSegments())
        .lent(size, size)
        .features(multiqueue() ? Capabilities.QUEUE_TOGGLE : 0)
        .live(live)
        .build();
  }
}
