package org.vhostdp.dataplane.net;

import java.util.ArrayList;
import java.util.List;
import org.vhostdp.dataplane.ring.RingLayout;
import org.vhostdp.spi.Offload;

/** Feature bits of a virtio network device (virtio 1.3, 5.1.3 and 6). */
public final class Features {
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
  public static final long INDIRECT_DESC = 1L << 28;
  public static final long EVENT_IDX = 1L << 29;

  /** VHOST_USER_F_PROTOCOL_FEATURES: of the transport, not of the device. */
  public static final long PROTOCOL_FEATURES = 1L << 30;

  public static final long VERSION_1 = 1L << 32;
  public static final long RING_PACKED = 1L << 34;
  public static final long IN_ORDER = 1L << 35;
  public static final long GUEST_USO4 = 1L << 54;
  public static final long GUEST_USO6 = 1L << 55;
  public static final long HOST_USO = 1L << 56;
  public static final long HASH_REPORT = 1L << 57;
  public static final long RSS = 1L << 60;
  public static final long SPEED_DUPLEX = 1L << 63;

  /** What virtio itself gives. */
  public static final long RINGS = INDIRECT_DESC | EVENT_IDX | VERSION_1 | RING_PACKED | IN_ORDER;

  /** Checksums and segmentation of frames that the guest sends. */
  public static final long HOST_OFFLOADS = CSUM | HOST_TSO4 | HOST_TSO6 | HOST_ECN | HOST_USO;

  /** Open checksums and large frames that the guest takes, and its command to choose of them. */
  public static final long GUEST_OFFLOADS =
      GUEST_CSUM
          | GUEST_TSO4
          | GUEST_TSO6
          | GUEST_ECN
          | GUEST_USO4
          | GUEST_USO6
          | CTRL_GUEST_OFFLOADS;

  /** What the control queue gives. */
  public static final long CONTROL =
      CTRL_VQ | CTRL_RX | CTRL_RX_EXTRA | CTRL_VLAN | CTRL_MAC_ADDR | GUEST_ANNOUNCE;

  private static final String[] NAMES = new String[64];

  static {
    String[] low = {
      "csum",
      "guest_csum",
      "ctrl_guest_offloads",
      "mtu",
      null,
      "mac",
      null,
      "guest_tso4",
      "guest_tso6",
      "guest_ecn",
      "guest_ufo",
      "host_tso4",
      "host_tso6",
      "host_ecn",
      "host_ufo",
      "mrg_rxbuf",
      "status",
      "ctrl_vq",
      "ctrl_rx",
      "ctrl_vlan",
      "ctrl_rx_extra",
      "guest_announce",
      "mq",
      "ctrl_mac_addr"
    };
    System.arraycopy(low, 0, NAMES, 0, low.length);
    NAMES[28] = "indirect_desc";
    NAMES[29] = "event_idx";
    NAMES[30] = "protocol_features";
    NAMES[32] = "version_1";
    NAMES[34] = "packed";
    NAMES[35] = "in_order";
    NAMES[54] = "guest_uso4";
    NAMES[55] = "guest_uso6";
    NAMES[56] = "host_uso";
    NAMES[57] = "hash_report";
    NAMES[60] = "rss";
    NAMES[63] = "speed_duplex";
  }

  private Features() {}

  /** The names of bits; a bit without a name is shown by its number. */
  public static List<String> names(long features) {
    List<String> names = new ArrayList<>();
    for (int bit = 0; bit < 64; bit++) {
      if ((features >>> bit & 1) != 0) {
        names.add(NAMES[bit] == null ? "bit" + bit : NAMES[bit]);
      }
    }
    return names;
  }

  /** Offloads that a guest with these features takes in frames it receives. */
  public static int rxOffloads(long features) {
    if ((features & GUEST_CSUM) == 0) {
      // Without GUEST_CSUM no frame may need a checksum, and every GSO kind depends on it.
      return 0;
    }
    boolean uso = (features & (GUEST_USO4 | GUEST_USO6)) == (GUEST_USO4 | GUEST_USO6);
    return Offload.CSUM_PARTIAL
        | Offload.CSUM_VALID
        | ((features & GUEST_TSO4) != 0 ? Offload.GSO_TCP4 : 0)
        | ((features & GUEST_TSO6) != 0 ? Offload.GSO_TCP6 : 0)
        | ((features & GUEST_ECN) != 0 ? Offload.GSO_ECN : 0)
        | ((features & GUEST_UFO) != 0 ? Offload.GSO_UFO : 0)
        | (uso ? Offload.GSO_USO : 0);
  }

  /** Offloads that a guest with these features may use in frames it sends. */
  public static int txOffloads(long features) {
    if ((features & CSUM) == 0) {
      return 0;
    }
    return Offload.CSUM_PARTIAL
        | Offload.CSUM_VALID
        | ((features & HOST_TSO4) != 0 ? Offload.GSO_TCP4 : 0)
        | ((features & HOST_TSO6) != 0 ? Offload.GSO_TCP6 : 0)
        | ((features & HOST_ECN) != 0 ? Offload.GSO_ECN : 0)
        | ((features & HOST_UFO) != 0 ? Offload.GSO_UFO : 0)
        | ((features & HOST_USO) != 0 ? Offload.GSO_USO : 0);
  }

  /** Bytes of the header before each frame (5.1.6). */
  public static int headerBytes(long features) {
    if ((features & HASH_REPORT) != 0) {
      return 20;
    }
    return (features & (MRG_RXBUF | VERSION_1)) != 0 ? 12 : 10;
  }

  /** How rings work with these features. */
  public static RingLayout.Features rings(long features) {
    return new RingLayout.Features(
        (features & RING_PACKED) != 0,
        (features & EVENT_IDX) != 0,
        (features & INDIRECT_DESC) != 0,
        (features & IN_ORDER) != 0);
  }
}
