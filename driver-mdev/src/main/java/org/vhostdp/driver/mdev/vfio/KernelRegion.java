package org.vhostdp.driver.mdev.vfio;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.vhostdp.linux.CallState;
import org.vhostdp.linux.Fd;
import org.vhostdp.linux.LinuxException;
import org.vhostdp.linux.Mapping;
import org.vhostdp.linux.PositionedIo;

/** A region behind a device's descriptor: reads and writes are the kernel's, one call each. */
final class KernelRegion implements DeviceRegion {
  private static final long PAGE = 4096;
  private static final ValueLayout.OfShort U16 =
      ValueLayout.JAVA_SHORT.withOrder(ByteOrder.LITTLE_ENDIAN);
  private static final ValueLayout.OfInt U32 =
      ValueLayout.JAVA_INT.withOrder(ByteOrder.LITTLE_ENDIAN);
  private static final ValueLayout.OfLong U64 =
      ValueLayout.JAVA_LONG.withOrder(ByteOrder.LITTLE_ENDIAN);

  private final Fd device;
  private final RegionInfo info;
  private final List<Mapped> mapped = new ArrayList<>();

  private record Mapped(RegionInfo.Area area, Mapping mapping) {}

  KernelRegion(Fd device, RegionInfo info) {
    this.device = device;
    this.info = info;
  }

  @Override
  public int index() {
    return info.index();
  }

  @Override
  public long size() {
    return info.size();
  }

  @Override
  public int read8(long offset) {
    return (int) read(offset, 1);
  }

  @Override
  public int read16(long offset) {
    return (int) read(offset, 2);
  }

  @Override
  public int read32(long offset) {
    return (int) read(offset, 4);
  }

  @Override
  public long read64(long offset) {
    return read(offset, 8);
  }

  @Override
  public void write8(long offset, int value) {
    write(offset, 1, value);
  }

  @Override
  public void write16(long offset, int value) {
    write(offset, 2, value);
  }

  @Override
  public void write32(long offset, int value) {
    write(offset, 4, value);
  }

  @Override
  public void write64(long offset, long value) {
    write(offset, 8, value);
  }

  private void check(long offset, int width) {
    Objects.checkFromIndexSize(offset, width, info.size());
    if (offset % width != 0) {
      throw new IndexOutOfBoundsException(
          "An access of " + width + " bytes at " + offset + " is not aligned.");
    }
  }

  private long read(long offset, int width) {
    check(offset, width);
    long ones = -1L >>> (64 - 8 * width);
    if (!info.readable() || !device.isOpen()) {
      return ones;
    }
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment value = arena.allocate(U64);
      CallState s = new CallState(arena);
      long got = PositionedIo.read(s, device.raw(), value, width, info.offset() + offset);
      return got == width ? value.get(U64, 0) & ones : ones;
    }
  }

  private void write(long offset, int width, long number) {
    check(offset, width);
    if (!info.writable() || !device.isOpen()) {
      return;
    }
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment value = arena.allocate(U64);
      switch (width) {
        case 1 -> value.set(ValueLayout.JAVA_BYTE, 0, (byte) number);
        case 2 -> value.set(U16, 0, (short) number);
        case 4 -> value.set(U32, 0, (int) number);
        default -> value.set(U64, 0, number);
      }
      // A write that the kernel refuses is lost, as on a bus without a device.
      CallState s = new CallState(arena);
      PositionedIo.write(s, device.raw(), value, width, info.offset() + offset);
    }
  }

  @Override
  public synchronized MemorySegment mapped(long offset, long length) {
    Objects.checkFromIndexSize(offset, length, info.size());
    for (Mapped old : mapped) {
      if (old.area.holds(offset, length)) {
        return old.mapping.segment().asSlice(offset - old.area.offset(), length);
      }
    }
    for (RegionInfo.Area area : info.mappable()) {
      if (area.holds(offset, length)) {
        return map(area, offset, length);
      }
    }
    return null;
  }

  /** Maps the pages around a part that may be mapped; null if the kernel refuses after all. */
  private MemorySegment map(RegionInfo.Area area, long offset, long length) {
    long start = offset & -PAGE;
    long end = offset + length + PAGE - 1 & -PAGE;
    if (start < area.offset() || area.offset() % PAGE != 0 || !device.isOpen()) {
      return null;
    }
    int protection = (info.readable() ? Mapping.READ : 0) | (info.writable() ? Mapping.WRITE : 0);
    try {
      Mapping pages = Mapping.shared(device.raw(), info.offset() + start, end - start, protection);
      // BARs smaller than a page are mapped as one; only the region's own bytes are shown.
      long last = Math.min(end, area.offset() + area.size());
      mapped.add(new Mapped(new RegionInfo.Area(start, last - start), pages));
      return pages.segment().asSlice(offset - start, length);
    } catch (LinuxException refused) {
      return null;
    }
  }

  /** Unmaps everything; before the device is closed. */
  synchronized void close() {
    mapped.forEach(m -> m.mapping.close());
    mapped.clear();
  }
}
