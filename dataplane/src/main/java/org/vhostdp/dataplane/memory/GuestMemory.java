package org.vhostdp.dataplane.memory;

import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;

/**
 * The table of guest memory regions. Immutable, readable from any thread; who made it unmaps the
 * regions when no ring uses it any more.
 */
public final class GuestMemory {
  /** No memory at all. */
  public static final GuestMemory NONE = new GuestMemory(List.of());

  private final List<MemoryRegion> regions;
  private final long[] guest;
  private final long[] size;
  private final MemorySegment[] segments;

  private GuestMemory(List<MemoryRegion> regions) {
    this.regions = List.copyOf(regions);
    int n = regions.size();
    guest = new long[n];
    size = new long[n];
    segments = new MemorySegment[n];
    for (int i = 0; i < n; i++) {
      guest[i] = regions.get(i).guest();
      size[i] = regions.get(i).size();
      segments[i] = regions.get(i).segment();
    }
  }

  /**
   * A table of these regions.
   *
   * @throws MemoryRefused if two overlap, in guest or user addresses
   */
  public static GuestMemory of(List<MemoryRegion> regions) throws MemoryRefused {
    for (int i = 0; i < regions.size(); i++) {
      for (int j = 0; j < i; j++) {
        if (regions.get(i).overlaps(regions.get(j))) {
          throw new MemoryRefused(
              "two memory regions overlap: " + regions.get(j) + ", and " + regions.get(i));
        }
      }
    }
    return new GuestMemory(regions);
  }

  public List<MemoryRegion> regions() {
    return regions;
  }

  /** Number of regions. */
  public int count() {
    return guest.length;
  }

  /** Guest physical address of a region's first byte. */
  public long guest(int region) {
    return guest[region];
  }

  /** Bytes of a region. */
  public long size(int region) {
    return size[region];
  }

  /** The regions' memory, by index; not to be changed. */
  public MemorySegment[] segments() {
    return segments;
  }

  /**
   * The region that holds a guest physical address, or -1. Not for every descriptor: callers keep
   * the last hit.
   */
  public int find(long address) {
    for (int i = 0; i < guest.length; i++) {
      long offset = address - guest[i];
      if (offset >= 0 && offset < size[i]) {
        return i;
      }
    }
    return -1;
  }

  /**
   * The memory at a front-end's own address, or null if the range is not inside one region.
   *
   * @param address user address, as in SET_VRING_ADDR
   * @param bytes its length
   */
  public MemorySegment atUser(long address, long bytes) {
    for (MemoryRegion region : regions) {
      long offset = address - region.user();
      if (offset >= 0 && offset < region.size() && bytes <= region.size() - offset) {
        return region.segment().asSlice(offset, bytes);
      }
    }
    return null;
  }

  /** This table with one more region. */
  public GuestMemory plus(MemoryRegion region) throws MemoryRefused {
    List<MemoryRegion> more = new ArrayList<>(regions);
    more.add(region);
    return of(more);
  }

  /** This table without a region. */
  public GuestMemory minus(MemoryRegion region) {
    List<MemoryRegion> fewer = new ArrayList<>(regions);
    fewer.remove(region);
    return new GuestMemory(fewer);
  }

  /** Unmaps every region. */
  public void unmap() {
    regions.forEach(MemoryRegion::unmap);
  }
}
