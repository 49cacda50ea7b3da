package org.vhostdp.dataplane.port;

import org.vhostdp.dataplane.steering.RssSetting;

/**
 * What a guest has set of its device.
 *
 * @param features negotiated bits
 * @param offloads receive offloads it takes now
 * @param active queue pairs it uses, at least 1
 * @param rss receive-side scaling, or null
 * @param hashes hashes to report without scaling, or null
 * @param mtu bytes of layer 3 of its frames
 */
record GuestWishes(
    long features, int offloads, int active, RssSetting rss, RssSetting hashes, int mtu) {}
