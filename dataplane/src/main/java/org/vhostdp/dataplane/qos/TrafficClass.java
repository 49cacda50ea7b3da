package org.vhostdp.dataplane.qos;

/**
 * A class of frames from the guest, as written.
 *
 * @param dscp code points that belong to it, bit i = code point i
 * @param vlanPriorities VLAN priorities that belong to it, bit i = priority i
 * @param limit what it may send, or null
 * @param share its place beside other classes
 */
record TrafficClass(long dscp, int vlanPriorities, Limit limit, Share share) {}
