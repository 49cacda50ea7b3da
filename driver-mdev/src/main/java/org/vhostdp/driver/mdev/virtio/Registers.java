package org.vhostdp.driver.mdev.virtio;

import org.vhostdp.driver.mdev.vfio.DeviceRegion;

/**
 * A part of a region that a capability of the device names. Offsets are bytes from its start, and
 * checked against its length: those outside read as zero and are not written, so that a device
 * whose structures are shorter than they should be has less, and nothing else.
 *
 * @param region the region that it lies in
 * @param start bytes from the region's start
 * @param length bytes
 */
record Registers(DeviceRegion region, long start, long length) {
  private boolean has(long at, int width) {
    return at >= 0 && at <= length - width;
  }

  int get8(long at) {
    return has(at, 1) ? region.read8(start + at) : 0;
  }

  int get16(long at) {
    return has(at, 2) ? region.read16(start + at) : 0;
  }

  int get32(long at) {
    return has(at, 4) ? region.read32(start + at) : 0;
  }

  void set8(long at, int value) {
    if (has(at, 1)) {
      region.write8(start + at, value);
    }
  }

  void set16(long at, int value) {
    if (has(at, 2)) {
      region.write16(start + at, value);
    }
  }

  void set32(long at, int value) {
    if (has(at, 4)) {
      region.write32(start + at, value);
    }
  }

  /** Two accesses of four bytes, which every device takes (section 4.1.3.1). */
  void set64(long at, long value) {
    set32(at, (int) value);
    set32(at + 4, (int) (value >>> 32));
  }
}
