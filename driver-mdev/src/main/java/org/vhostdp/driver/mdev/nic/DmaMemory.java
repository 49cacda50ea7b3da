package org.vhostdp.driver.mdev.nic;

import java.lang.foreign.MemorySegment;
import org.vhostdp.driver.mdev.vfio.DmaMap;
import org.vhostdp.driver.mdev.vfio.DmaMapping;
import org.vhostdp.linux.LinuxException;
import org.vhostdp.linux.Mapping;
import org.vhostdp.spi.DriverException;
import org.vhostdp.spi.DriverException.Reason;

/**
 * Zeroed memory of this process that a device may reach: in huge pages where it is large and there
 * are some. Control threads; whoever made it closes it.
 */
public final class DmaMemory implements AutoCloseable {
  private static final long HUGE_PAGE = 2L << 20;

  private final Mapping memory;
  private final MemorySegment segment;
  private final DmaMapping mapping;

  private DmaMemory(Mapping memory, MemorySegment segment, DmaMapping mapping) {
    this.memory = memory;
    this.segment = segment;
    this.mapping = mapping;
  }

  /**
   * Makes memory and lets a device reach it.
   *
   * @param bytes of it
   * @param readable the device may read it
   * @param writable the device may write to it
   * @throws DriverException if there is not so much, or it cannot be pinned; nothing is left
   */
  public static DmaMemory of(DmaMap map, long bytes, boolean readable, boolean writable)
      throws DriverException {
    Mapping memory = allocate(map, bytes);
    try {
      // Each page is written once before the kernel pins it. A page that never was is the kernel's
      // page of zeros as long as it is only read: the device would be given that one, and what is
      // written later would lie in another.
      memory.segment().fill((byte) 0);
      DmaMapping mapping = map.map(memory.segment(), readable, writable);
      return new DmaMemory(memory, memory.segment().asSlice(0, bytes), mapping);
    } catch (DriverException | RuntimeException e) {
      memory.close();
      throw e;
    }
  }

  private static Mapping allocate(DmaMap map, long bytes) throws DriverException {
    long page = map.pageSize();
    try {
      if (bytes >= HUGE_PAGE / 2) {
        Mapping huge = huge(bytes);
        if (huge != null) {
          return huge;
        }
      }
      return Mapping.anonymous(bytes + page - 1 & -page);
    } catch (LinuxException e) {
      throw new DriverException(
          Reason.RESOURCES, e.getMessage(), "Use fewer \"queues\" or \"descriptors\".", e);
    }
  }

  /** Huge pages, or null if there are too few: ordinary ones do as well, a little slower. */
  private static Mapping huge(long bytes) {
    try {
      return Mapping.hugepages(bytes + HUGE_PAGE - 1 & -HUGE_PAGE);
    } catch (LinuxException e) {
      return null;
    }
  }

  /** As many bytes as were asked for; not to be touched after {@link #close}. */
  public MemorySegment segment() {
    return segment;
  }

  /** Where the device sees the first byte; the others follow. */
  public long iova() {
    return mapping.iova();
  }

  /** Takes it from the device, then frees it; again does nothing. */
  @Override
  public void close() {
    mapping.close();
    memory.close();
  }
}
