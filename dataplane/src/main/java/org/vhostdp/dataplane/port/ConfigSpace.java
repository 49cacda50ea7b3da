package org.vhostdp.dataplane.port;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import org.vhostdp.dataplane.steering.RssSetting;

/**
 * The device configuration space (struct virtio_net_config, virtio 1.3, 5.1.4): mac 0, status 6,
 * max_virtqueue_pairs 8, mtu 10, speed 12, duplex 16, rss_max_key_size 17,
 * rss_max_indirection_table_length 18, supported_hash_types 20.
 */
final class ConfigSpace {
  /** Bytes a front-end may ask for (VHOST_USER_MAX_CONFIG_SIZE). */
  static final int SIZE = 256;

  private static final int STATUS = 6;
  private static final int LINK_UP = 1;
  private static final int ANNOUNCE = 2;
  private static final int SPEED_UNKNOWN = -1;
  private static final byte DUPLEX_UNKNOWN = (byte) 0xFF;

  private final ByteBuffer bytes = ByteBuffer.allocate(SIZE).order(ByteOrder.LITTLE_ENDIAN);

  ConfigSpace(PortSpec spec) {
    if (spec.mac() != null) {
      bytes.put(0, spec.mac());
    }
    bytes.putShort(8, (short) spec.queuePairs());
    bytes.putShort(10, (short) spec.effectiveMtu());
    bytes.putInt(12, SPEED_UNKNOWN);
    bytes.put(16, DUPLEX_UNKNOWN);
    bytes.put(17, (byte) RssSetting.KEY_BYTES);
    bytes.putShort(18, (short) RssSetting.TABLE);
    bytes.putInt(20, RssSetting.TYPES);
  }

  /** A copy of a range that the caller has checked. */
  byte[] read(int offset, int size) {
    return Arrays.copyOfRange(bytes.array(), offset, offset + size);
  }

  byte[] mac() {
    return read(0, 6);
  }

  void mac(byte[] address) {
    bytes.put(0, address);
  }

  /** Sets the link's state; whether that changed it. */
  boolean link(boolean up) {
    return status(LINK_UP, up);
  }

  boolean linkUp() {
    return (bytes.getShort(STATUS) & LINK_UP) != 0;
  }

  /** Asks the guest to announce itself, or notes that it did. */
  boolean announce(boolean wanted) {
    return status(ANNOUNCE, wanted);
  }

  private boolean status(int bit, boolean on) {
    short old = bytes.getShort(STATUS);
    short now = (short) (on ? old | bit : old & ~bit);
    bytes.putShort(STATUS, now);
    return now != old;
  }
}
