package org.vhostdp.guest.twin;

/** Feature bits of virtio and virtio-net (virtio 1.3, sections 6 and 5.1.3), as masks. */
public final class Feature {
  public static final long CSUM = 1L;
  public static final long GUEST_CSUM = 1L << 1;
  public static final long CTRL_GUEST_OFFLOADS = 1L << 2;
  public static final long MTU = 1L << 3;
  public static final long MAC = 1L << 5;
  public static final long GUEST_TSO4 = 1L << 7;
  public static final long GUEST_TSO6 = 1L << 8;
  public static final long GUEST_ECN = 1L << 9;
  public static final long GUEST_UFO = 1L << 10;
  public static final long HOST_TSO4 = 1L << 11;
  public static final long HOST_TSO6 = 1L << 12;
  public static final long HOST_ECN = 1L << 13;
  public static final long HOST_UFO = 1L << 14;
  public static final long MRG_RXBUF = 1L << 15;
  public static final long STATUS = 1L << 16;
  public static final long CTRL_VQ = 1L << 17;
  public static final long CTRL_RX = 1L << 18;
  public static final long CTRL_VLAN = 1L << 19;
  public static final long CTRL_RX_EXTRA = 1L << 20;
  public static final long GUEST_ANNOUNCE = 1L << 21;
  public static final long MQ = 1L << 22;
  public static final long CTRL_MAC_ADDR = 1L << 23;

  /** vhost: log every write to guest memory (linux/vhost.h). */
  public static final long LOG_ALL = 1L << 26;

  public static final long INDIRECT_DESC = 1L << 28;
  public static final long EVENT_IDX = 1L << 29;

  /** vhost-user: protocol features can be negotiated. */
  public static final long PROTOCOL_FEATURES = 1L << 30;

  public static final long VERSION_1 = 1L << 32;
  public static final long ACCESS_PLATFORM = 1L << 33;
  public static final long RING_PACKED = 1L << 34;
  public static final long IN_ORDER = 1L << 35;
  public static final long ORDER_PLATFORM = 1L << 36;
  public static final long RING_RESET = 1L << 40;
  public static final long NOTF_COAL = 1L << 53;
  public static final long GUEST_USO4 = 1L << 54;
  public static final long GUEST_USO6 = 1L << 55;
  public static final long HOST_USO = 1L << 56;
  public static final long HASH_REPORT = 1L << 57;
  public static final long RSS = 1L << 60;
  public static final long SPEED_DUPLEX = 1L << 63;

  /** Each large-receive feature: with any of them a frame of 64 KiB may arrive. */
  public static final long GUEST_LARGE =
      GUEST_TSO4 | GUEST_TSO6 | GUEST_UFO | GUEST_USO4 | GUEST_USO6;

  /** Each segmentation feature of the device: with any of them the driver may send 64 KiB. */
  public static final long HOST_LARGE = HOST_TSO4 | HOST_TSO6 | HOST_UFO | HOST_USO;

  private Feature() {}
}
