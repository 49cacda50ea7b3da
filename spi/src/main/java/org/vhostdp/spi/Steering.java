package org.vhostdp.spi;

import java.util.Set;

/**
 * Facet: which receive queue a flow lands on. Control threads.
 *
 * <p><b>STEER-1</b> Frames of one flow land on one queue as long as nothing is changed. <b>STEER-2
 * </b> A change takes effect while frames flow; when the call returns, new arrivals follow it.
 *
 * <ul>
 *   <li><b>STEER-3</b> Many flows are spread over all the queues that the table names, and over no
 *       other.
 *   <li><b>STEER-4</b> After {@link #reset} the device's own choice holds, as if nothing had been
 *       set.
 *   <li><b>STEER-5</b> A program of a kind that is listed chooses the queue; any other is refused,
 *       and the former choice stays.
 *   <li><b>STEER-6</b> A queue, type or length out of range is refused, and the former table stays.
 * </ul>
 */
public interface Steering {
  /** Hash type: IPv4 addresses. */
  int HASH_IPV4 = 1;

  /** Hash type: IPv4 addresses and TCP ports. */
  int HASH_TCP4 = 1 << 1;

  /** Hash type: IPv4 addresses and UDP ports. */
  int HASH_UDP4 = 1 << 2;

  /** Hash type: IPv6 addresses. */
  int HASH_IPV6 = 1 << 3;

  /** Hash type: IPv6 addresses and TCP ports. */
  int HASH_TCP6 = 1 << 4;

  /** Hash type: IPv6 addresses and UDP ports. */
  int HASH_UDP6 = 1 << 5;

  /** Bits of hash types this port can compute; 0 if it has no receive-side scaling. */
  int hashTypes();

  /** Most entries of the indirection table; a power of two, or 0. */
  int maxTable();

  /**
   * Receive-side scaling: Toeplitz hash, indirection table.
   *
   * @param types bits of hash types
   * @param key 40 bytes or as many as the types need
   * @param table queue by (hash modulo table length); the length is a power of two
   * @param unclassified queue of frames that no type matches
   * @throws DriverException if a queue, type or length is out of range; the former table stays
   */
  void scale(int types, byte[] key, int[] table, int unclassified) throws DriverException;

  /** Back to the device's own choice of queue. */
  void reset() throws DriverException;

  /** What {@link #program} takes: "ebpf-fd" and the like; empty if nothing. */
  Set<String> programs();

  /**
   * Lets a program choose the queue.
   *
   * @param kind one of {@link #programs()}
   * @param descriptor an open descriptor of the program; stays the caller's
   * @throws DriverException if it is refused; the former choice stays
   */
  void program(String kind, int descriptor) throws DriverException;
}
