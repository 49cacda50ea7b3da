package org.vhostdp.driver.mdev.vfio;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;
import org.vhostdp.driver.mdev.generated.Vfio;
import org.vhostdp.driver.mdev.generated.vfio_info_cap_header;
import org.vhostdp.driver.mdev.generated.vfio_iommu_type1_dma_map;
import org.vhostdp.driver.mdev.generated.vfio_iommu_type1_dma_unmap;
import org.vhostdp.driver.mdev.generated.vfio_iommu_type1_info;
import org.vhostdp.linux.Fd;
import org.vhostdp.spi.DriverException;

/** A container with a type 1 IOMMU, version 2. */
final class TypeOneSpace implements IommuSpace {
  private static final long DEFAULT_PAGE = 4096;

  private final Fd container;
  private final List<IovaRange> ranges;
  private final long page;
  private final long mostMappings;

  private TypeOneSpace(Fd container, List<IovaRange> ranges, long page, long mostMappings) {
    this.container = container;
    this.ranges = ranges;
    this.page = page;
    this.mostMappings = mostMappings;
  }

  /**
   * Asks what the IOMMU can do.
   *
   * @param container with its IOMMU set; owned by the space from now on
   */
  static TypeOneSpace of(Fd container, String name) throws DriverException {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment answer =
          Answers.ask(
              arena,
              container,
              Vfio.VFIO_IOMMU_GET_INFO(),
              vfio_iommu_type1_info.sizeof(),
              "VFIO_IOMMU_GET_INFO",
              name,
              s -> {});
      return new TypeOneSpace(container, rangesOf(answer), pageOf(answer), mappingsOf(answer));
    }
  }

  /** The smallest page of an answer that may be of any kernel. */
  static long pageOf(MemorySegment answer) {
    long sizes = vfio_iommu_type1_info.iova_pgsizes(answer);
    boolean said = (vfio_iommu_type1_info.flags(answer) & Vfio.VFIO_IOMMU_INFO_PGSIZES()) != 0;
    // Smaller than the processor's own pages cannot be pinned.
    return said ? Math.max(Long.lowestOneBit(sizes), DEFAULT_PAGE) : DEFAULT_PAGE;
  }

  /** The ranges of an answer; none if the kernel does not say. */
  static List<IovaRange> rangesOf(MemorySegment answer) {
    MemorySegment capability = capability(answer, Vfio.VFIO_IOMMU_TYPE1_INFO_CAP_IOVA_RANGE());
    if (capability == null) {
      return List.of();
    }
    long[] pairs = InfoChain.pairs(capability);
    List<IovaRange> ranges = new ArrayList<>();
    for (int i = 0; i < pairs.length; i += 2) {
      ranges.add(new IovaRange(pairs[i], pairs[i + 1]));
    }
    return List.copyOf(ranges);
  }

  /** How many more mappings an answer allows; -1 if the kernel does not say (before 5.10). */
  static long mappingsOf(MemorySegment answer) {
    MemorySegment capability = capability(answer, Vfio.VFIO_IOMMU_TYPE1_INFO_DMA_AVAIL());
    long at = vfio_info_cap_header.sizeof();
    return capability == null || capability.byteSize() < at + Integer.BYTES
        ? -1
        : Integer.toUnsignedLong(capability.get(ValueLayout.JAVA_INT, at));
  }

  private static MemorySegment capability(MemorySegment answer, int id) {
    if ((vfio_iommu_type1_info.flags(answer) & Vfio.VFIO_IOMMU_INFO_CAPS()) == 0) {
      return null;
    }
    long first = Integer.toUnsignedLong(vfio_iommu_type1_info.cap_offset(answer));
    return InfoChain.find(answer, first, id, 1);
  }

  @Override
  public long mostMappings() {
    return mostMappings;
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
  public int map(long address, long iova, long length, boolean readable, boolean writable) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment s = vfio_iommu_type1_dma_map.allocate(arena);
      vfio_iommu_type1_dma_map.argsz(s, (int) vfio_iommu_type1_dma_map.sizeof());
      vfio_iommu_type1_dma_map.flags(
          s,
          (readable ? Vfio.VFIO_DMA_MAP_FLAG_READ() : 0)
              | (writable ? Vfio.VFIO_DMA_MAP_FLAG_WRITE() : 0));
      vfio_iommu_type1_dma_map.vaddr(s, address);
      vfio_iommu_type1_dma_map.iova(s, iova);
      vfio_iommu_type1_dma_map.size(s, length);
      return Ioctl.call(container, Vfio.VFIO_IOMMU_MAP_DMA(), s);
    }
  }

  @Override
  public int unmap(long iova, long length) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment s = vfio_iommu_type1_dma_unmap.allocate(arena);
      vfio_iommu_type1_dma_unmap.argsz(s, (int) vfio_iommu_type1_dma_unmap.sizeof());
      vfio_iommu_type1_dma_unmap.iova(s, iova);
      vfio_iommu_type1_dma_unmap.size(s, length);
      return Ioctl.call(container, Vfio.VFIO_IOMMU_UNMAP_DMA(), s);
    }
  }

  @Override
  public String request() {
    return "VFIO_IOMMU_MAP_DMA";
  }

  @Override
  public void close() {
    container.close();
  }
}
