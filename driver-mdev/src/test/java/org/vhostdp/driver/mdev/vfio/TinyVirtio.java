package org.vhostdp.driver.mdev.vfio;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import org.vhostdp.spi.DriverException;

/**
 * Just enough of a virtio network function's registers (struct virtio_pci_common_cfg) to make it
 * transfer.
 */
record TinyVirtio(
    DeviceRegion bar, long common, DeviceRegion notifyBar, long doorbells, int factor) {
  static final int NEEDS_RESET = 0x40;
  private static final int TRANSMIT = 1;

  static TinyVirtio of(VfioDevice device) throws DriverException {
    DeviceRegion space = device.pci().space();
    int common = capability(device, 1);
    int notify = capability(device, 2);
    return new TinyVirtio(
        device.region(space.read8(common + 4)),
        Integer.toUnsignedLong(space.read32(common + 8)),
        device.region(space.read8(notify + 4)),
        Integer.toUnsignedLong(space.read32(notify + 8)),
        space.read32(notify + 16));
  }

  private static int capability(VfioDevice device, int type) {
    int at = device.pci().capability(PciConfig.VENDOR_SPECIFIC, 0);
    while (at != 0 && device.pci().space().read8(at + 3) != type) {
      at = device.pci().capability(PciConfig.VENDOR_SPECIFIC, at);
    }
    return at;
  }

  int status() {
    return bar.read8(common + 20);
  }

  void status(int value) {
    bar.write8(common + 20, value);
  }

  /**
   * Brings the function up and offers it one frame to send.
   *
   * @param rings a page that is mapped at {@code iova}
   * @param frame where the function shall read the frame
   */
  void send(MemorySegment rings, long iova, long frame) {
    status(0);
    status(1);
    status(3);
    // VIRTIO_F_VERSION_1 and VIRTIO_F_ACCESS_PLATFORM, bits 32 and 33.
    bar.write32(common + 8, 1);
    bar.write32(common + 12, 3);
    status(11);
    bar.write16(common + 22, TRANSMIT);
    bar.write16(common + 24, 8);
    bar.write64(common + 32, iova);
    bar.write64(common + 40, iova + 1024);
    bar.write64(common + 48, iova + 2048);
    int doorbell = bar.read16(common + 30);
    bar.write16(common + 28, 1);
    status(15);
    rings.set(ValueLayout.JAVA_LONG, 0, frame);
    rings.set(ValueLayout.JAVA_INT, 8, 76);
    rings.set(ValueLayout.JAVA_SHORT, 1024 + 4, (short) 0);
    rings.set(ValueLayout.JAVA_SHORT, 1024 + 2, (short) 1);
    notifyBar.write16(doorbells + (long) doorbell * factor, TRANSMIT);
  }

  /** How many buffers the function gave back. */
  static int used(MemorySegment rings) {
    return rings.get(ValueLayout.JAVA_SHORT, 2048 + 2);
  }
}
