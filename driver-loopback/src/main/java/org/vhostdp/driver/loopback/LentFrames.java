package org.vhostdp.driver.loopback;

/** The frames that a transmit queue has lent to the host. */
interface LentFrames {
  /** The slot of the lent frame that holds these bytes of the region, or -1. */
  int find(long offset, int length);
}
