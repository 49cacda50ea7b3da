package org.vhostdp.driver.tap;

import java.lang.foreign.MemorySegment;
import org.vhostdp.spi.DriverException;
import org.vhostdp.spi.DriverException.Reason;
import org.vhostdp.spi.ForeignMemory;

/**
 * The regions lent to a port. The kernel copies between them and its own buffers by address; this
 * driver neither reads nor writes them.
 *
 * <p>Plain arrays: the SPI promises that no burst call runs while they change.
 */
final class TapForeign implements ForeignMemory {
  /** Far above any index of the port's own regions. */
  static final int FIRST_ID = 1024;

  private static final int MOST = 1024;

  private final long[] base = new long[MOST];
  private final long[] size = new long[MOST];
  private final boolean[] writable = new boolean[MOST];

  @Override
  public int lend(MemorySegment memory, int flags) throws DriverException {
    check(memory, flags);
    int slot = -1;
    for (int i = MOST - 1; i >= 0; i--) {
      if (size[i] == 0) {
        slot = i;
      } else if (memory.address() < base[i] + size[i]
          && base[i] < memory.address() + memory.byteSize()) {
        throw refused(Reason.CONFIGURATION, "overlaps region " + (FIRST_ID + i), "");
      }
    }
    if (slot < 0) {
      throw refused(Reason.RESOURCES, "is one more than the " + MOST + " a port takes", "");
    }
    base[slot] = memory.address();
    size[slot] = memory.byteSize();
    writable[slot] = (flags & WRITABLE) != 0;
    return FIRST_ID + slot;
  }

  private static void check(MemorySegment memory, int flags) throws DriverException {
    if ((flags & ~(WRITABLE | SHARED)) != 0) {
      throw refused(Reason.UNSUPPORTED, "has flags this driver does not know", "");
    }
    if (!memory.isNative() || memory.byteSize() == 0) {
      throw refused(
          Reason.UNSUPPORTED, "is empty or a Java array", "The kernel copies to native memory.");
    }
    if ((flags & WRITABLE) != 0 && memory.isReadOnly()) {
      throw refused(Reason.CONFIGURATION, "is lent as writable but is read-only", "");
    }
  }

  @Override
  public void reclaim(int id) throws DriverException {
    int slot = id - FIRST_ID;
    if (slot < 0 || slot >= MOST || size[slot] == 0) {
      throw new DriverException(
          Reason.CONFIGURATION, "The foreign region " + id + " is not lent.", "");
    }
    // Nothing can be in flight: the kernel has copied when a call returns.
    size[slot] = 0;
    base[slot] = 0;
  }

  /** The address of bytes that may be read, or 0 if they do not lie in the region. */
  long readable(int id, long offset, int length) {
    int slot = id - FIRST_ID;
    if (slot < 0 || slot >= MOST || length <= 0 || offset < 0 || offset > size[slot] - length) {
      return 0;
    }
    return base[slot] + offset;
  }

  /** The address of bytes that may be written, or 0. */
  long writable(int id, long offset, int length) {
    long address = readable(id, offset, length);
    return address != 0 && writable[id - FIRST_ID] ? address : 0;
  }

  private static DriverException refused(Reason reason, String why, String advice) {
    return new DriverException(reason, "The memory lent to the TAP port " + why + ".", advice);
  }
}
