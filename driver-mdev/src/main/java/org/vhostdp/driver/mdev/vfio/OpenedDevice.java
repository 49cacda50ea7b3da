package org.vhostdp.driver.mdev.vfio;

import org.vhostdp.linux.Fd;

/**
 * A device's descriptor and what holds it open; closed in the kernel's order.
 *
 * @param api how it was opened
 * @param device its descriptor
 * @param group the group's descriptor, or null
 * @param iommu what its DMA goes through
 */
record OpenedDevice(VfioApi api, Fd device, Fd group, IommuSpace iommu) {
  /** The device first: it holds the group, and that holds the container. */
  void close() {
    device.close();
    if (group != null) {
      group.close();
    }
    iommu.close();
  }
}
