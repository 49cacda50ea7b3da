package org.vhostdp.dataplane.memory;

import java.lang.foreign.MemorySegment;
import org.vhostdp.linux.Fd;
import org.vhostdp.linux.Io;
import org.vhostdp.linux.LinuxException;
import org.vhostdp.linux.Mapping;

/**
 * One mapped region of guest memory (vhost-user "memory region description").
 *
 * <p>Owned by the control thread; the segment may be used by IO threads until {@link #unmap()}.
 */
public final class MemoryRegion {
  /** Huge page size: mappings of hugetlbfs files need offsets that are multiples of it. */
  private static final long HUGE = 2L << 20;

  private final long guest;
  private final long size;
  private final long user;
  private final Mapping mapping;
  private final MemorySegment segment;

  private MemoryRegion(long guest, long size, long user, Mapping mapping, long skip) {
    this.guest = guest;
    this.size = size;
    this.user = user;
    this.mapping = mapping;
    this.segment = mapping.segment().asSlice(skip, size);
  }

  /**
   * Maps a region.
   *
   * @param guest guest physical address of its first byte
   * @param size bytes
   * @param user the front-end's own address of its first byte
   * @param fd the file; still the caller's to close
   * @param offset bytes from the file's start
   * @throws LinuxException if the kernel refuses
   * @throws MemoryRefused if the numbers overflow or the file is too small
   */
  public static MemoryRegion map(long guest, long size, long user, Fd fd, long offset)
      throws LinuxException, MemoryRefused {
    if (size <= 0 || offset < 0 || offset + size < 0) {
      throw new MemoryRefused("a memory region's size or offset is zero or overflows");
    }
    if (Long.compareUnsigned(guest + size - 1, guest) < 0
        || Long.compareUnsigned(user + size - 1, user) < 0) {
      throw new MemoryRefused("a memory region wraps around the end of the address space");
    }
    long bytes = Io.size(fd.raw());
    if (bytes < offset + size) {
      throw new MemoryRefused(
          "a memory region ends at byte "
              + (offset + size)
              + " of its file, which has "
              + bytes
              + " bytes; is guest memory shared (memory-backend-memfd,share=on)?");
    }
    // Aligned starts are mapped as they are, so that no more than the region is seen; otherwise the
    // kernel wants the mapping to begin at a page of the file.
    long from = offset & -HUGE;
    Mapping mapping =
        Mapping.shared(fd.raw(), from, offset - from + size, Mapping.READ | Mapping.WRITE);
    return new MemoryRegion(guest, size, user, mapping, offset - from);
  }

  public long guest() {
    return guest;
  }

  public long size() {
    return size;
  }

  public long user() {
    return user;
  }

  /** Exactly the region's bytes. */
  public MemorySegment segment() {
    return segment;
  }

  boolean overlaps(MemoryRegion o) {
    return overlap(guest, size, o.guest, o.size) || overlap(user, size, o.user, o.size);
  }

  private static boolean overlap(long a, long aSize, long b, long bSize) {
    return Long.compareUnsigned(a, b + bSize - 1) <= 0
        && Long.compareUnsigned(b, a + aSize - 1) <= 0;
  }

  @Override
  public String toString() {
    return "0x%x bytes of guest address 0x%x, at 0x%x of the front-end"
        .formatted(size, guest, user);
  }

  /** Unmaps it. No IO thread may touch the segment any more. */
  public void unmap() {
    mapping.close();
  }
}
