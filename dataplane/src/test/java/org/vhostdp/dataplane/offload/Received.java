package org.vhostdp.dataplane.offload;

import org.vhostdp.spi.Offload;

/** A received frame with its metadata. */
record Received(byte[] bytes, int flags, long offload, int vlan) {
  static Received plain(byte[] bytes) {
    return new Received(bytes, 0, 0, 0);
  }

  boolean large() {
    return (flags & Offload.GSO_ANY) != 0;
  }

  boolean open() {
    return (flags & Offload.CSUM_PARTIAL) != 0;
  }
}
