package org.vhostdp.driver.mdev.virtio;

/** Feature bits: VIRTIO_NET_F_* (section 5.1.3) and VIRTIO_F_* (section 6). */
final class Feature {
  static final long CSUM = 1L;
  static final long GUEST_CSUM = 1L << 1;
  static final long MTU = 1L << 3;
  static final long MAC = 1L << 5;
  static final long GUEST_TSO4 = 1L << 7;
  static final long GUEST_TSO6 = 1L << 8;
  static final long GUEST_ECN = 1L << 9;
  static final long HOST_TSO4 = 1L << 11;
  static final long HOST_TSO6 = 1L << 12;
  static final long HOST_ECN = 1L << 13;
  static final long MRG_RXBUF = 1L << 15;
  static final long STATUS = 1L << 16;
  static final long CTRL_VQ = 1L << 17;
  static final long CTRL_RX = 1L << 18;
  static final long MQ = 1L << 22;
  static final long CTRL_MAC_ADDR = 1L << 23;
  static final long EVENT_IDX = 1L << 29;
  static final long VERSION_1 = 1L << 32;
  static final long ACCESS_PLATFORM = 1L << 33;
  static final long RING_PACKED = 1L << 34;
  static final long ORDER_PLATFORM = 1L << 36;
  static final long GUEST_USO4 = 1L << 54;
  static final long GUEST_USO6 = 1L << 55;
  static final long HOST_USO = 1L << 56;
  static final long RSS = 1L << 60;

  private Feature() {}

  static boolean has(long features, long all) {
    return (features & all) == all;
  }
}
