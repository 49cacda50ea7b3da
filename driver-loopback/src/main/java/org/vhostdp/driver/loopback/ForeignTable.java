package org.vhostdp.driver.loopback;

import java.lang.foreign.MemorySegment;
import org.vhostdp.spi.DriverException;
import org.vhostdp.spi.DriverException.Reason;
import org.vhostdp.spi.ForeignMemory;

/**
 * Regions lent to the port. Frames are copied before a burst call returns, so none is ever in
 * flight between calls, and a control thread may change the table while no burst call is running.
 */
final class ForeignTable implements ForeignMemory {
  /** Most regions; no host with hot-plugged memory is known to need more. */
  private static final int MOST = 512;

  private static final int FIRST = LoopbackPort.REGION + 1;
  private static final int KNOWN = WRITABLE | SHARED;

  /** By id; null where none is lent. */
  private final MemorySegment[] regions = new MemorySegment[FIRST + MOST];

  private final boolean[] writable = new boolean[FIRST + MOST];

  @Override
  public synchronized int lend(MemorySegment memory, int flags) throws DriverException {
    check(memory, flags);
    for (int id = FIRST; id < regions.length; id++) {
      if (regions[id] == null) {
        regions[id] = memory;
        writable[id] = (flags & WRITABLE) != 0;
        return id;
      }
    }
    throw new DriverException(
        Reason.RESOURCES,
        "This port has " + MOST + " regions of foreign memory already.",
        "Reclaim one first.");
  }

  private void check(MemorySegment memory, int flags) throws DriverException {
    if ((flags & ~KNOWN) != 0) {
      throw refused("has unknown flags " + flags, "Use WRITABLE and SHARED.");
    }
    if (!memory.isNative() || memory.byteSize() == 0) {
      throw refused("is not native memory", "Lend mapped or allocated memory.");
    }
    if (!memory.isAccessibleBy(Thread.ofPlatform().unstarted(() -> {}))) {
      throw refused("belongs to one thread", "Lend memory of a shared or global arena.");
    }
    if ((flags & WRITABLE) != 0 && memory.isReadOnly()) {
      throw refused("is read-only", "Lend it without WRITABLE.");
    }
    for (MemorySegment lent : regions) {
      if (lent != null && overlap(lent, memory)) {
        throw refused("overlaps another that is lent", "Reclaim that one first.");
      }
    }
  }

  private static boolean overlap(MemorySegment x, MemorySegment y) {
    return x.address() < y.address() + y.byteSize() && y.address() < x.address() + x.byteSize();
  }

  private static DriverException refused(String why, String advice) {
    return new DriverException(
        Reason.UNSUPPORTED, "A region of foreign memory " + why + ".", advice);
  }

  @Override
  public synchronized void reclaim(int id) throws DriverException {
    if (id < FIRST || id >= regions.length || regions[id] == null) {
      throw new DriverException(
          Reason.NOT_FOUND, "No region of foreign memory has the number " + id + ".", "");
    }
    regions[id] = null;
  }

  /** The region of that number, or null. IO threads. */
  MemorySegment region(int id) {
    return id >= FIRST && id < regions.length ? regions[id] : null;
  }

  /** Whether these bytes lie in a lent region. */
  boolean holds(int id, long offset, long length) {
    MemorySegment memory = region(id);
    return memory != null && offset >= 0 && offset <= memory.byteSize() - length;
  }

  /** Whether the driver may write there. */
  boolean holdsWritable(int id, long offset, long length) {
    return holds(id, offset, length) && writable[id];
  }
}
