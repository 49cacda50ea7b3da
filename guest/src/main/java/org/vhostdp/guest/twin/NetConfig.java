package org.vhostdp.guest.twin;

import java.lang.foreign.MemorySegment;

/**
 * The virtio-net configuration space (virtio 1.3, 5.1.4) as read from the device; zero where it was
 * not read or the feature is not there.
 *
 * @param mac low 48 bits, first byte on top
 * @param status bit 0 link up, bit 1 announce
 * @param maxPairs queue pairs the device has
 * @param mtu bytes
 */
public record NetConfig(long mac, int status, int maxPairs, int mtu) {
  static final NetConfig NONE = new NetConfig(0, 1, 0, 0);
  static final int BYTES = 12;

  static NetConfig of(byte[] space) {
    MemorySegment config = MemorySegment.ofArray(space);
    return new NetConfig(
        Packets.getMac(config, 0),
        config.get(Le.U16_ANY, 6) & 0xffff,
        config.get(Le.U16_ANY, 8) & 0xffff,
        config.get(Le.U16_ANY, 10) & 0xffff);
  }
}
