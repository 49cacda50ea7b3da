package org.vhostdp.driver.mdev.virtio;

/**
 * What a network device says about itself (section 5.1.4), as far as its features say that it is
 * there. Immutable.
 *
 * @param pairs queue pairs that it has
 * @param mtu most bytes of layer 3; 0 if it does not say
 * @param keyBytes of the longest hash key
 * @param table entries of the longest indirection table; 0 if it cannot scale
 * @param hashTypes that it can compute
 */
record NetConfig(int pairs, int mtu, int keyBytes, int table, int hashTypes) {
  private static final int STATUS = 6;
  private static final int PAIRS = 8;
  private static final int MTU = 10;
  private static final int KEY = 17;
  private static final int TABLE = 18;
  private static final int TYPES = 20;
  private static final int LINK_UP = 1;

  /** More than the specification lets a device have. */
  private static final int MOST_PAIRS = 0x8000;

  /** Hash types that the SPI names: the same numbers. */
  private static final int KNOWN_TYPES = 0x3f;

  /** Entries that fit into a command; a device's table may be longer. */
  private static final int MOST_TABLE = 512;

  /** Reads it with the features that the device offers. */
  static NetConfig of(VirtioPci pci, long offered) {
    boolean many = Feature.has(offered, Feature.MQ | Feature.CTRL_VQ);
    boolean scales = many && Feature.has(offered, Feature.RSS);
    int pairs = many ? pci.steady(net -> net.get16(PAIRS)) : 1;
    int mtu = Feature.has(offered, Feature.MTU) ? pci.steady(net -> net.get16(MTU)) : 0;
    int table = scales ? pci.steady(net -> net.get16(TABLE)) : 0;
    return new NetConfig(
        pairs < 1 || pairs > MOST_PAIRS ? 1 : pairs,
        mtu,
        scales ? pci.steady(net -> net.get8(KEY)) : 0,
        Math.min(Integer.highestOneBit(table), MOST_TABLE),
        scales ? pci.steady(net -> net.get32(TYPES)) & KNOWN_TYPES : 0);
  }

  /** Whether the link is up, with VIRTIO_NET_F_STATUS. */
  static boolean isUp(VirtioPci pci) {
    return (pci.net().get16(STATUS) & LINK_UP) != 0;
  }
}
