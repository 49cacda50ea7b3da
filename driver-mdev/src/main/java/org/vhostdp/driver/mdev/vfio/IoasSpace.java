package org.vhostdp.driver.mdev.vfio;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import org.vhostdp.driver.mdev.generated.Vfio;
import org.vhostdp.driver.mdev.generated.iommu_ioas_alloc;
import org.vhostdp.driver.mdev.generated.iommu_ioas_iova_ranges;
import org.vhostdp.driver.mdev.generated.iommu_ioas_map;
import org.vhostdp.driver.mdev.generated.iommu_ioas_unmap;
import org.vhostdp.driver.mdev.generated.iommu_iova_range;
import org.vhostdp.linux.Errno;
import org.vhostdp.linux.Fd;
import org.vhostdp.spi.DriverException;

/** An address space of an iommufd (linux/iommufd.h). */
final class IoasSpace implements IommuSpace {
  /** Room for as many ranges at first; more than a PC's IOMMU has. */
  private static final int SOME_RANGES = 32;

  private static final int MOST_RANGES = 1 << 16;
  private static final long PAGE = 4096;

  private final Fd iommufd;
  private final int id;
  private List<IovaRange> ranges = List.of();
  private long page = PAGE;

  private IoasSpace(Fd iommufd, int id) {
    this.iommufd = iommufd;
    this.id = id;
  }

  /**
   * Makes one.
   *
   * @param iommufd owned by the space from now on, if this succeeds
   */
  static IoasSpace make(Fd iommufd) throws DriverException {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment s = iommu_ioas_alloc.allocate(arena);
      iommu_ioas_alloc.size(s, (int) iommu_ioas_alloc.sizeof());
      int result = Ioctl.call(iommufd, Vfio.IOMMU_IOAS_ALLOC(), s);
      if (result < 0) {
        throw VfioErrors.of("IOMMU_IOAS_ALLOC", "/dev/iommu", -result);
      }
      return new IoasSpace(iommufd, iommu_ioas_alloc.out_ioas_id(s));
    }
  }

  /** Its number in the iommufd, which devices are attached to. */
  int id() {
    return id;
  }

  /** Asks what can be translated; after devices were attached, which narrow it. */
  void learn(String name) throws DriverException {
    int room = SOME_RANGES;
    int result = ask(room);
    if (result == -Errno.EMSGSIZE) {
      result = ask(MOST_RANGES);
    }
    if (result < 0) {
      throw VfioErrors.of("IOMMU_IOAS_IOVA_RANGES", name, -result);
    }
  }

  private int ask(int room) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment array = iommu_iova_range.allocateArray(room, arena);
      MemorySegment s = iommu_ioas_iova_ranges.allocate(arena);
      iommu_ioas_iova_ranges.size(s, (int) iommu_ioas_iova_ranges.sizeof());
      iommu_ioas_iova_ranges.ioas_id(s, id);
      iommu_ioas_iova_ranges.num_iovas(s, room);
      iommu_ioas_iova_ranges.allowed_iovas(s, array.address());
      int result = Ioctl.call(iommufd, Vfio.IOMMU_IOAS_IOVA_RANGES(), s);
      if (result < 0) {
        return result;
      }
      List<IovaRange> answer = new ArrayList<>();
      long count = Integer.toUnsignedLong(iommu_ioas_iova_ranges.num_iovas(s));
      for (int i = 0; i < Math.min(count, room); i++) {
        MemorySegment element = iommu_iova_range.asSlice(array, i);
        answer.add(new IovaRange(iommu_iova_range.start(element), iommu_iova_range.last(element)));
      }
      ranges = List.copyOf(answer);
      page = Math.max(PAGE, Long.highestOneBit(iommu_ioas_iova_ranges.out_iova_alignment(s)));
      return 0;
    }
  }

  @Override
  public List<IovaRange> ranges() {
    return ranges;
  }

  @Override
  public long pageSize() {
    return page;
  }

  @Override
  public long mostMappings() {
    return -1;
  }

  @Override
  public int map(long address, long iova, long length, boolean readable, boolean writable) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment s = iommu_ioas_map.allocate(arena);
      iommu_ioas_map.size(s, (int) iommu_ioas_map.sizeof());
      iommu_ioas_map.flags(
          s,
          Vfio.IOMMU_IOAS_MAP_FIXED_IOVA()
              | (readable ? Vfio.IOMMU_IOAS_MAP_READABLE() : 0)
              | (writable ? Vfio.IOMMU_IOAS_MAP_WRITEABLE() : 0));
      iommu_ioas_map.ioas_id(s, id);
      iommu_ioas_map.user_va(s, address);
      iommu_ioas_map.length(s, length);
      iommu_ioas_map.iova(s, iova);
      return Ioctl.call(iommufd, Vfio.IOMMU_IOAS_MAP(), s);
    }
  }

  @Override
  public int unmap(long iova, long length) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment s = iommu_ioas_unmap.allocate(arena);
      iommu_ioas_unmap.size(s, (int) iommu_ioas_unmap.sizeof());
      iommu_ioas_unmap.ioas_id(s, id);
      iommu_ioas_unmap.iova(s, iova);
      iommu_ioas_unmap.length(s, length);
      return Ioctl.call(iommufd, Vfio.IOMMU_IOAS_UNMAP(), s);
    }
  }

  @Override
  public String request() {
    return "IOMMU_IOAS_MAP";
  }

  @Override
  public void close() {
    iommufd.close();
  }
}
