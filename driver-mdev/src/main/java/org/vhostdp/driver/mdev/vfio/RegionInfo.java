package org.vhostdp.driver.mdev.vfio;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import org.vhostdp.driver.mdev.generated.Vfio;
import org.vhostdp.driver.mdev.generated.vfio_region_info;
import org.vhostdp.linux.Fd;
import org.vhostdp.spi.DriverException;

/**
 * What the kernel says about a region (struct vfio_region_info).
 *
 * @param index its number
 * @param flags VFIO_REGION_INFO_FLAG_*
 * @param size bytes, 0 for none
 * @param offset where it starts in the device's file
 * @param mappable the parts that may be mapped, sorted as the kernel gave them
 */
record RegionInfo(int index, int flags, long size, long offset, List<Area> mappable) {
  /**
   * A part of a region.
   *
   * @param offset bytes into the region
   * @param size bytes
   */
  record Area(long offset, long size) {
    boolean holds(long from, long length) {
      return from >= offset && length <= size && from - offset <= size - length;
    }
  }

  boolean readable() {
    return (flags & Vfio.VFIO_REGION_INFO_FLAG_READ()) != 0;
  }

  boolean writable() {
    return (flags & Vfio.VFIO_REGION_INFO_FLAG_WRITE()) != 0;
  }

  static RegionInfo ask(Fd device, int index, String name) throws DriverException {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment answer =
          Answers.ask(
              arena,
              device,
              Vfio.VFIO_DEVICE_GET_REGION_INFO(),
              vfio_region_info.sizeof(),
              "VFIO_DEVICE_GET_REGION_INFO",
              "region " + index + " of " + name,
              s -> vfio_region_info.index(s, index));
      return of(answer);
    }
  }

  /** Reads the kernel's answer; areas that do not lie inside the region are left out. */
  static RegionInfo of(MemorySegment answer) {
    int flags = vfio_region_info.flags(answer);
    long size = Math.max(vfio_region_info.size(answer), 0);
    return new RegionInfo(
        vfio_region_info.index(answer),
        flags,
        size,
        vfio_region_info.offset(answer),
        areas(answer, flags, size));
  }

  private static List<Area> areas(MemorySegment answer, int flags, long size) {
    if ((flags & Vfio.VFIO_REGION_INFO_FLAG_MMAP()) == 0 || size == 0) {
      return List.of();
    }
    Area whole = new Area(0, size);
    MemorySegment sparse =
        (flags & Vfio.VFIO_REGION_INFO_FLAG_CAPS()) == 0
            ? null
            : InfoChain.find(
                answer,
                Integer.toUnsignedLong(vfio_region_info.cap_offset(answer)),
                Vfio.VFIO_REGION_INFO_CAP_SPARSE_MMAP(),
                1);
    if (sparse == null) {
      return List.of(whole);
    }
    long[] pairs = InfoChain.pairs(sparse);
    List<Area> areas = new ArrayList<>();
    for (int i = 0; i < pairs.length; i += 2) {
      long start = pairs[i];
      long length = pairs[i + 1];
      if (start >= 0 && length > 0 && whole.holds(start, length)) {
        areas.add(new Area(start, length));
      }
    }
    return List.copyOf(areas);
  }
}
