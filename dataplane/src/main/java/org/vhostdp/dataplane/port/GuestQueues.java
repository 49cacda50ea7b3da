package org.vhostdp.dataplane.port;

import org.vhostdp.dataplane.steering.RssSetting;

/**
 * What a guest has set of its queues by commands (virtio 1.3, 5.1.6.5.5 to 5.1.6.5.7). Immutable.
 *
 * @param pairs queue pairs it uses
 * @param rss receive-side scaling, or null: receive follows transmit
 * @param hashes hashes to report without scaling, or null
 */
record GuestQueues(int pairs, RssSetting rss, RssSetting hashes) {
  /** After a reset. */
  static final GuestQueues FIRST = new GuestQueues(1, null, null);

  /** VQ_PAIRS_SET: receive follows transmit again. */
  GuestQueues withPairs(int next) {
    return new GuestQueues(next, null, hashes);
  }

  /**
   * RSS_CONFIG. Linux leaves max_tx_vq at 1 while more pairs are in use, so none is taken away by
   * it.
   */
  GuestQueues withScaling(RssSetting setting) {
    return new GuestQueues(Math.max(pairs, setting.pairs()), setting, hashes);
  }

  /** HASH_CONFIG. */
  GuestQueues withHashes(RssSetting setting) {
    return new GuestQueues(pairs, rss, setting);
  }
}
