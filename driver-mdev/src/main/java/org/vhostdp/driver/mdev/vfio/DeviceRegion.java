package org.vhostdp.driver.mdev.vfio;

import java.lang.foreign.MemorySegment;

/**
 * A part of a device that is read and written: a BAR, the ROM, the configuration space. All numbers
 * are little-endian, each access is one access of that width to the device, and offsets are in
 * bytes and multiples of the width. Any thread.
 *
 * <p>A device that is gone answers all ones. What the kernel refuses (a device that was unbound, an
 * offset that the device does not have) reads as all ones too, and such a write is lost: that is
 * what a bus does.
 *
 * <p>Every offset is checked first: {@link IndexOutOfBoundsException} outside the region.
 */
public interface DeviceRegion {
  /** BARs 0 to 5 are the regions 0 to 5. */
  int BAR_0 = 0;

  /** The expansion ROM (VFIO_PCI_ROM_REGION_INDEX). */
  int ROM = 6;

  /** The configuration space (VFIO_PCI_CONFIG_REGION_INDEX), 256 or 4096 bytes. */
  int CONFIG = 7;

  /** Its number. */
  int index();

  /** Bytes; 0 if the device has no such region. */
  long size();

  /** One byte, 0 to 255. */
  int read8(long offset);

  /** Two bytes, 0 to 65535. */
  int read16(long offset);

  /** Four bytes. */
  int read32(long offset);

  /** Eight bytes, in one access where the device allows that and in two of four otherwise. */
  long read64(long offset);

  void write8(long offset, int value);

  void write16(long offset, int value);

  void write32(long offset, int value);

  /** Eight bytes, in one access where the device allows that and in two of four otherwise. */
  void write64(long offset, long value);

  /**
   * The registers themselves, mapped: for a doorbell that is written often. Use opaque or stronger
   * access modes of the register's own width. A mapping lives until the device is closed and must
   * not be touched afterwards; one that is touched while the device's memory decoding is off (bus
   * reset, {@link PciConfig#memory}) throws {@link InternalError}.
   *
   * @return exactly {@code length} bytes in the global scope, or null where the kernel does not let
   *     this part be mapped: use the methods above
   */
  MemorySegment mapped(long offset, long length);
}
