package org.vhostdp.driver.mdev;

import org.vhostdp.driver.mdev.nic.Nic;
import org.vhostdp.driver.mdev.nic.NicOptions;
import org.vhostdp.driver.mdev.vfio.PciConfig;
import org.vhostdp.driver.mdev.vfio.VfioDevice;
import org.vhostdp.driver.mdev.virtio.VirtioNic;
import org.vhostdp.spi.DriverException;
import org.vhostdp.spi.DriverException.Reason;

/** The register models that this driver knows, by the numbers of PCI. */
final class Personalities {
  private Personalities() {}

  /**
   * The NIC that a device is.
   *
   * @throws DriverException if it is of no kind that is known here, or cannot be used
   */
  static Nic of(VfioDevice device, NicOptions options) throws DriverException {
    PciConfig pci = device.pci();
    int vendor = pci.vendor();
    int number = pci.device();
    if (vendor == VirtioNic.VENDOR
        && (number == VirtioNic.DEVICE || number == VirtioNic.TRANSITIONAL)) {
      return new VirtioNic(device, options);
    }
    throw new DriverException(
        Reason.UNSUPPORTED,
        "The device %s is %04x:%04x, class %06x, which this driver has no register model for."
            .formatted(device.name(), vendor, number, pci.classCode()),
        "It knows virtio network devices (1af4:1041).");
  }
}
