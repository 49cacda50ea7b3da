package org.vhostdp.spi;

import java.lang.foreign.MemorySegment;

/**
 * Chooses the guest's queue of each received frame, in the place of automatic steering. Found by
 * {@link java.util.ServiceLoader} among what is installed beside the host, and chosen by its name
 * in the configuration of a port: {@code policy:NAME}. It works with every driver.
 *
 * <p>Each port has an instance of its own, made on a control thread; afterwards {@link #queue} is
 * called on the IO thread of the port alone, once for every frame. It must not block, must not
 * allocate, and must not keep the memory: that is lent for the call. A flow's frames stay in order
 * as long as it chooses the same queue for them.
 *
 * <p>A policy that throws, or names a queue that is not there, is at fault: that frame goes where
 * its hash says. After 1000 faults the policy is not asked any more, which the log says.
 */
public interface QueuePolicy {
  /** What a configuration calls it: letters, digits and hyphens; constant. */
  String name();

  /**
   * Chooses.
   *
   * @param frame memory with the frame in it, read-only
   * @param offset where the frame begins, at its Ethernet header
   * @param length bytes of the frame that may be read from there on; where a driver gives a frame
   *     in pieces, the first ones
   * @param hash a hash of its flow: the guest's Toeplitz hash if there is one, else one that is the
   *     same for both directions; 0 if it has none
   * @param queues how many queues the guest uses now, at least 1
   * @return 0 to queues - 1
   */
  int queue(MemorySegment frame, long offset, int length, int hash, int queues);
}
