package org.vhostdp.driver.mdev.vfio;

/** How a device is reached in the kernel. */
public enum VfioApi {
  /** {@link #IOMMUFD} where the kernel has it for this device, {@link #GROUP} otherwise. */
  AUTO,

  /** /dev/vfio/vfio and /dev/vfio/GROUP: every kernel with VFIO. */
  GROUP,

  /** /dev/vfio/devices/vfioN and /dev/iommu: Linux 6.6 and later. */
  IOMMUFD
}
