package org.vhostdp.dataplane.qos;

/**
 * What a queue gets when others want the same.
 *
 * @param weight 1 to 64, beside others of the same priority
 * @param priority 0 goes first, 7 last
 */
record Share(int weight, int priority) {
  static final Share DEFAULT = new Share(1, 0);
}
