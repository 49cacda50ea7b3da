package org.vhostdp.spi;

/**
 * Facet: rate limits in the device. Control threads.
 *
 * <p><b>QOS-1</b> A limit holds within 5% over one second. <b>QOS-2</b> It never blocks the caller
 * of a burst method or another queue. <b>QOS-3</b> After a pause so many bytes as the burst pass at
 * once, and no more. <b>QOS-4</b> A rate of 0 removes the limit; one that cannot be met is refused,
 * and the former limit stays.
 */
public interface Shaping {
  /** From the host to the wire. */
  int TRANSMIT = 0;

  /** From the wire to the host. */
  int RECEIVE = 1;

  /** Whether this port can limit that direction. */
  boolean supports(int direction);

  /**
   * Limits one queue, or the whole port.
   *
   * @param direction {@link #TRANSMIT} or {@link #RECEIVE}
   * @param queue the queue, or -1 for the port
   * @param bitsPerSecond the rate, or 0 for no limit
   * @param burstBytes most bytes at once above the rate
   * @throws DriverException if it cannot; the former limit stays
   */
  void limit(int direction, int queue, long bitsPerSecond, long burstBytes) throws DriverException;
}
