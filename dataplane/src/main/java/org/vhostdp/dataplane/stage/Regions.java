package org.vhostdp.dataplane.stage;

import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import org.vhostdp.spi.Region;

/**
 * The memory that frames of one queue may lie in: the driver's regions, by their ids, and behind
 * them those of stages. Built while a queue is put together, constant afterwards.
 */
public final class Regions {
  private final List<MemorySegment> segments = new ArrayList<>();

  /** The driver's regions, as started. */
  public Regions(List<Region> driver) {
    driver.forEach(region -> segments.add(region.segment()));
  }

  /** Adds memory of a stage; returns its id in {@link org.vhostdp.spi.Burst#region}. */
  public int add(MemorySegment memory) {
    segments.add(memory);
    return segments.size() - 1;
  }

  /** By id. A stage that looks into frames of stages below it takes this after they were built. */
  public MemorySegment[] segments() {
    return segments.toArray(MemorySegment[]::new);
  }
}
