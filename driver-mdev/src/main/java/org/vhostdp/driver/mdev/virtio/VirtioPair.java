package org.vhostdp.driver.mdev.virtio;

/**
 * The queues of a pair, from configure on.
 *
 * @param rx receives
 * @param tx sends
 */
record VirtioPair(VirtioRx rx, VirtioTx tx) {}
