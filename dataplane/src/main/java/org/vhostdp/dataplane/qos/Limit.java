package org.vhostdp.dataplane.qos;

/**
 * A rate limit as written.
 *
 * @param bitsPerSecond bits on the wire each second, frame check sequence left out; 0 = none
 * @param packetsPerSecond frames on the wire each second; 0 = none
 * @param burstBytes most bytes at once above the rate; 0 = by the rate
 */
record Limit(long bitsPerSecond, long packetsPerSecond, long burstBytes) {
  /**
   * Least default burst: a frame of Ethernet with two tags. One more may pass on credit; two are
   * 2.4% of a second at 1 Mbit/s.
   */
  private static final long LEAST_BURST = 1500 + 14 + 8;

  /**
   * Bursts last a hundredth of a second: short beside the second in which a rate is to hold, long
   * beside the pauses of an IO thread, after which tokens above the burst are lost.
   */
  private static final long BURSTS_PER_SECOND = 100;

  /** The burst in bytes, written or by the rate. */
  long burst() {
    return burstBytes != 0
        ? burstBytes
        : Math.max(LEAST_BURST, bitsPerSecond / 8 / BURSTS_PER_SECOND);
  }

  /** The burst in frames. */
  long packetBurst() {
    return Math.max(2, packetsPerSecond / BURSTS_PER_SECOND);
  }
}
