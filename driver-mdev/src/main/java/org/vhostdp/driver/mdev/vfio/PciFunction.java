package org.vhostdp.driver.mdev.vfio;

/**
 * A PCI function that could be opened.
 *
 * @param address its full address
 * @param vendor the vendor's number
 * @param device the device's number
 * @param classCode base class, subclass and programming interface
 * @param driver the kernel driver that it is bound to, or empty
 * @param group its IOMMU group, or empty if it has none
 */
public record PciFunction(
    String address, int vendor, int device, int classCode, String driver, String group) {}
