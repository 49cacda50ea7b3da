package org.vhostdp.driver.mdev.vfio;

import java.lang.foreign.MemorySegment;
import org.vhostdp.spi.DriverException;

/**
 * The memory that a device may reach; it reaches no other, the IOMMU stops it. Addresses are chosen
 * here, inside what the IOMMU can translate, with unmapped pages between any two mappings: a device
 * that runs past the end of one hits none. Any control thread.
 */
public interface DmaMap {
  /**
   * Lets the device reach memory. The kernel pins its pages, which count as locked memory. Private
   * memory that is mapped for reading only must have been written to before, each page of it: the
   * kernel pins its common page of zeros in place of one that was never touched, and the device
   * would read zeros for ever.
   *
   * @param memory native, its address and length multiples of {@link #pageSize}; stays allocated
   *     until unmapped
   * @param readable the device may read it
   * @param writable the device may write to it
   * @throws DriverException with a sentence (locked memory, no space left, memory that cannot be
   *     pinned); nothing stays mapped
   * @throws IllegalArgumentException if the memory is empty, misaligned or neither readable nor
   *     writable
   */
  DmaMapping map(MemorySegment memory, boolean readable, boolean writable) throws DriverException;

  /** What addresses and lengths must be multiples of, bytes; a power of two. */
  long pageSize();

  /** Bytes mapped now. */
  long mappedBytes();
}
