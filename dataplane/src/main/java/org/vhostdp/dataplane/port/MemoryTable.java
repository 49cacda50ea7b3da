package org.vhostdp.dataplane.port;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.vhostdp.dataplane.memory.GuestMemory;
import org.vhostdp.dataplane.memory.MemoryRefused;
import org.vhostdp.dataplane.memory.MemoryRegion;

/** The guest's memory as the front-end names it, region by region or all at once. */
public final class MemoryTable {
  /** Puts a table into force under running rings. */
  interface Change {
    void apply(GuestMemory table) throws Refusal;
  }

  private final Change change;
  private GuestMemory memory = GuestMemory.NONE;

  /** Done when no driver that hung has any of it. */
  private CompletionStage<Void> free = CompletableFuture.completedStage(null);

  /**
   * @param change puts a table into force by {@link #set}, once no ring uses the old one
   */
  MemoryTable(Change change) {
    this.change = change;
  }

  /** The table in force. */
  public GuestMemory now() {
    return memory;
  }

  /** SET_MEM_TABLE: replaces the table. */
  public void replace(GuestMemory table) throws Refusal {
    GuestMemory old = memory;
    try {
      change.apply(table);
    } finally {
      // Whichever of the two is not in force, also where a ring refuses the new one.
      unmap((memory == table ? old : table)::unmap);
    }
  }

  /** ADD_MEM_REG. */
  public void add(MemoryRegion region) throws Refusal {
    try {
      change.apply(memory.plus(region));
    } catch (MemoryRefused e) {
      throw new Refusal(e.getMessage(), e);
    } finally {
      unmapUnlessThere(region);
    }
  }

  /** REM_MEM_REG: the region with this guest address, user address and size. */
  public void remove(long guest, long size, long user) throws Refusal {
    MemoryRegion region = region(guest, size, user);
    if (region == null) {
      throw new Refusal("there is no such memory region to remove");
    }
    try {
      change.apply(memory.minus(region));
    } finally {
      unmapUnlessThere(region);
    }
  }

  private void unmapUnlessThere(MemoryRegion region) {
    if (!memory.regions().contains(region)) {
      unmap(region::unmap);
    }
  }

  /** Nothing is unmapped before this is done: a driver that hangs may use memory it was lent. */
  void hold(CompletionStage<Void> until) {
    free = free.thenCombine(until, (a, b) -> null);
  }

  private void unmap(Runnable unmapping) {
    free.thenRun(unmapping);
  }

  /** Whether the table has exactly this region. */
  public boolean has(long guest, long size, long user) {
    return region(guest, size, user) != null;
  }

  private MemoryRegion region(long guest, long size, long user) {
    for (MemoryRegion region : memory.regions()) {
      if (region.guest() == guest && region.size() == size && region.user() == user) {
        return region;
      }
    }
    return null;
  }

  /** Puts a table in force; for {@link Change}. */
  void set(GuestMemory table) {
    memory = table;
  }

  /** Lets go of all of it. No ring is attached, and no driver was lent any. */
  void forget() {
    unmap(memory::unmap);
    memory = GuestMemory.NONE;
  }
}
