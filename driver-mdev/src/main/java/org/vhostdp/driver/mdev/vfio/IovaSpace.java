package org.vhostdp.driver.mdev.vfio;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Gives out addresses for DMA inside what the IOMMU can translate. Between any two that are given
 * out, and around the ends, a gap stays unmapped, so that a device that runs past the end of its
 * memory is stopped. Address 0 is never given out: devices and drivers take it for "none". Not
 * synchronised.
 */
final class IovaSpace {
  /** Addresses above are not used; no IOMMU of today translates more than 57 bits. */
  private static final long END = 1L << 57;

  /** A mapping is aligned to its own size up to this, so that the IOMMU can use large pages. */
  private static final long LARGE = 2L << 20;

  private final long page;
  private final List<IovaRange> ranges;

  /** First address to its end, the gap behind it included. */
  private final TreeMap<Long, Long> used = new TreeMap<>();

  /**
   * @param ranges what the IOMMU can translate; empty = everything
   * @param page the smallest page, a power of two; also the gap's size
   */
  IovaSpace(List<IovaRange> ranges, long page) {
    this.page = page;
    this.ranges = usable(ranges.isEmpty() ? List.of(new IovaRange(0, END - 1)) : ranges, page);
  }

  /** Whole pages without the first one, below {@link #END}, in order. */
  private static List<IovaRange> usable(List<IovaRange> ranges, long page) {
    List<IovaRange> usable = new ArrayList<>();
    for (IovaRange range : ranges) {
      long last = Long.compareUnsigned(range.last(), END - 1) > 0 ? END - 1 : range.last();
      if (Long.compareUnsigned(range.first(), last) > 0) {
        continue;
      }
      long first = Math.max(range.first() + page - 1 & -page, page);
      long end = last + 1 & -page;
      if (first < end) {
        usable.add(new IovaRange(first, end - 1));
      }
    }
    usable.sort(Comparator.comparingLong(IovaRange::first));
    return List.copyOf(usable);
  }

  /** The ranges that are used. */
  List<IovaRange> ranges() {
    return ranges;
  }

  /**
   * Takes the lowest free addresses.
   *
   * @param length bytes, a multiple of the page
   * @return the first one, or 0 if no gap is large enough
   */
  long take(long length) {
    if (length <= 0 || length >= END || length % page != 0) {
      return 0;
    }
    long alignment = Math.clamp(Long.highestOneBit(length), page, LARGE);
    for (IovaRange range : ranges) {
      long at = firstFit(range, length, alignment);
      if (at != 0) {
        used.put(at, at + length + page);
        return at;
      }
    }
    return 0;
  }

  private long firstFit(IovaRange range, long length, long alignment) {
    long at = align(range.first(), alignment);
    while (at <= range.last() && range.last() - at >= length - 1) {
      // What begins before the end of this one and its gap, and has not ended yet, is in the way.
      Map.Entry<Long, Long> before = used.lowerEntry(at + length + page);
      if (before == null || before.getValue() <= at) {
        return at;
      }
      at = align(before.getValue(), alignment);
    }
    return 0;
  }

  private static long align(long address, long alignment) {
    return address + alignment - 1 & -alignment;
  }

  /** Gives addresses back; those not taken are ignored. */
  void giveBack(long first) {
    used.remove(first);
  }
}
