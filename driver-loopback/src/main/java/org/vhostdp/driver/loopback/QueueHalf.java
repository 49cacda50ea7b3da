package org.vhostdp.driver.loopback;

/** What ends together with the port's flow. Control threads, while no burst call is running. */
interface QueueHalf {
  /**
   * Forgets memory and descriptor. Again does nothing.
   *
   * @return how many frames were still lent
   */
  int end();
}
