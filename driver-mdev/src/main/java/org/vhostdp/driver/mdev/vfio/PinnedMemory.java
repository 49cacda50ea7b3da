package org.vhostdp.driver.mdev.vfio;

import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import org.vhostdp.linux.Errno;
import org.vhostdp.linux.LinuxException;
import org.vhostdp.linux.LockedMemory;
import org.vhostdp.spi.DriverException;
import org.vhostdp.spi.DriverException.Reason;

/** The mappings of one device. */
final class PinnedMemory implements DmaMap {
  private final String device;
  private final IommuSpace iommu;
  private final IovaSpace addresses;
  private final List<Pinned> live = new ArrayList<>();
  private long bytes;

  PinnedMemory(String device, IommuSpace iommu) {
    this.device = device;
    this.iommu = iommu;
    addresses = new IovaSpace(iommu.ranges(), iommu.pageSize());
  }

  @Override
  public long pageSize() {
    return iommu.pageSize();
  }

  @Override
  public synchronized long mappedBytes() {
    return bytes;
  }

  @Override
  public synchronized DmaMapping map(MemorySegment memory, boolean readable, boolean writable)
      throws DriverException {
    check(memory, readable || writable);
    long length = memory.byteSize();
    long iova = addresses.take(length);
    if (iova == 0) {
      throw new DriverException(
          Reason.RESOURCES,
          "The IOMMU has no gap of " + length + " bytes left for " + device + ".",
          "Use less frame memory, or fewer queues.");
    }
    int result = iommu.map(memory.address(), iova, length, readable, writable);
    if (result < 0) {
      addresses.giveBack(iova);
      throw refused(length, -result);
    }
    Pinned pinned = new Pinned(memory, iova);
    live.add(pinned);
    bytes += length;
    return pinned;
  }

  private void check(MemorySegment memory, boolean accessible) {
    long page = iommu.pageSize();
    boolean whole = memory.isNative() && memory.byteSize() > 0;
    if (!whole || !accessible || (memory.address() | memory.byteSize()) % page != 0) {
      throw new IllegalArgumentException(
          "A device gets whole pages of "
              + page
              + " bytes of native memory, to read or to write; not "
              + memory
              + ".");
    }
  }

  private DriverException refused(long length, int errno) {
    String what = length + " bytes for " + device;
    return VfioErrors.of(
        iommu.request(),
        what,
        errno,
        switch (errno) {
          case Errno.ENOMEM -> lockedMemory(length);
          case Errno.ENOSPC ->
              "The kernel allows "
                  + (iommu.mostMappings() < 0 ? "no more" : "only " + iommu.mostMappings())
                  + " mappings in this container (vfio_iommu_type1.dma_entry_limit): use fewer"
                  + " and larger ones.";
          case Errno.EFAULT ->
              "The memory cannot be pinned: it must be the process's own, mapped as the device is"
                  + " to use it.";
          case Errno.EEXIST ->
              "The kernel has something at that address already: another program shares the"
                  + " container.";
          default -> Errno.advice(errno);
        });
  }

  /** Why the kernel may not pin any more: the limit as it is now. */
  private String lockedMemory(long length) {
    String advice =
        "Frame memory is pinned while a device may reach it: "
            + (bytes + length)
            + " bytes with this mapping. Give the process CAP_IPC_LOCK, or raise its limit on"
            + " locked memory (ulimit -l, LimitMEMLOCK=)";
    try {
      LockedMemory limit = LockedMemory.now();
      return limit.soft() == LockedMemory.UNLIMITED
          ? "Free memory: no limit on locked memory is in the way."
          : advice + ", which is " + limit.soft() + " bytes now.";
    } catch (LinuxException e) {
      return advice + ".";
    }
  }

  /** Takes everything away from the device. */
  synchronized void close() {
    for (Pinned pinned : List.copyOf(live)) {
      pinned.close();
    }
  }

  private synchronized void unmap(Pinned pinned) {
    if (!live.remove(pinned)) {
      return;
    }
    // A refusal means that the space is gone, and the mapping with it: nothing is reachable.
    int result = iommu.unmap(pinned.iova, pinned.memory.byteSize());
    bytes -= pinned.memory.byteSize();
    if (result == 0) {
      addresses.giveBack(pinned.iova);
    }
  }

  /** One mapping. */
  private final class Pinned implements DmaMapping {
    private final MemorySegment memory;
    private final long iova;

    Pinned(MemorySegment memory, long iova) {
      this.memory = memory;
      this.iova = iova;
    }

    @Override
    public long iova() {
      return iova;
    }

    @Override
    public MemorySegment memory() {
      return memory;
    }

    @Override
    public void close() {
      unmap(this);
    }
  }
}
