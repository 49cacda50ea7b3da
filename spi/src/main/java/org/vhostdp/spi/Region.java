package org.vhostdp.spi;

import java.lang.foreign.MemorySegment;
import java.util.Objects;

/** Bounded memory that frames lie in. Immutable; the memory is the driver's. */
public final class Region {
  private final MemorySegment segment;

  /**
   * @param segment the memory, bounded: an offset outside it is an exception, not a corruption. It
   *     must be accessible from any thread.
   */
  public Region(MemorySegment segment) {
    this.segment = Objects.requireNonNull(segment);
  }

  public MemorySegment segment() {
    return segment;
  }
}
