package org.vhostdp.driver.mdev.vfio;

import java.lang.foreign.MemorySegment;

/** Memory that a device may reach, until closed. */
public interface DmaMapping extends AutoCloseable {
  /** The address of the memory's first byte as the device sees it (IOVA). */
  long iova();

  /** The memory. */
  MemorySegment memory();

  /**
   * Takes the memory away from the device: when this returns, it reaches it no more. Again does
   * nothing; the device's close does it too. The device should have been told to stop before: what
   * it does later is stopped by the IOMMU as a fault.
   */
  @Override
  void close();
}
