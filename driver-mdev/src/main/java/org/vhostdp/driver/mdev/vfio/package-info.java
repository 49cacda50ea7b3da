/**
 * The kernel's VFIO: a function of a device in this process's hands. Its registers, its interrupts
 * as eventfds, and the memory that it may reach through the IOMMU. Nothing here knows what the
 * device is for.
 *
 * <p>PCI functions and mediated devices are opened the same way, by IOMMU group and container
 * (linux/vfio.h, type 1 version 2) or by the device's own node and an iommufd (Linux 6.6 and later,
 * linux/iommufd.h).
 */
package org.vhostdp.driver.mdev.vfio;
