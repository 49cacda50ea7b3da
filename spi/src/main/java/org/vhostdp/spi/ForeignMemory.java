package org.vhostdp.spi;

import java.lang.foreign.MemorySegment;

/**
 * Facet: memory outside the driver's own, lent explicitly. Its far side may still write to it while
 * the driver reads: contents are never parsed in place, and addresses outside what was lent are
 * never touched.
 *
 * <p>Threads: control threads, while no burst call is running on the port.
 *
 * <ul>
 *   <li><b>FM-1</b> An entry whose offset and length do not lie inside its region is refused with
 *       {@link Burst#BAD_MEMORY}, and so is an id that is not lent.
 *   <li><b>FM-2</b> {@link #reclaim} throws while frames of the region are in flight; when it
 *       returns, the driver does not touch the region again.
 *   <li><b>FM-3</b> A region lent without {@link #WRITABLE} is never written.
 *   <li><b>FM-4</b> {@link #lend} refuses a region that overlaps one that is lent; regions that
 *       only touch do not overlap.
 *   <li><b>FM-5</b> {@link #lend} refuses empty memory, Java arrays and flags that have no name
 *       here.
 * </ul>
 */
public interface ForeignMemory {
  /** The driver may write to the region. */
  int WRITABLE = 1;

  /** The region's far side may change its contents at any time. */
  int SHARED = 2;

  /**
   * Lends a region.
   *
   * @param memory bounded and accessible from any thread; stays valid until reclaimed
   * @param flags {@link #WRITABLE}, {@link #SHARED}
   * @return the id to use in {@link Burst#region}; never an index of {@link Port#regions()}
   * @throws DriverException if the region cannot be used (not locked, too many, overlap)
   */
  int lend(MemorySegment memory, int flags) throws DriverException;

  /**
   * Takes a region back.
   *
   * @throws DriverException if frames of it are in flight; it stays lent
   */
  void reclaim(int id) throws DriverException;
}
