package org.vhostdp.driver.mdev.nic;

/**
 * What the operator wants a NIC to be like.
 *
 * @param queues most queue pairs
 * @param ring layout of its rings
 * @param descriptors of each ring, a power of two; fewer if the device has not so many
 * @param mtu bytes of layer 3 to begin with; 0 for the device's own
 */
public record NicOptions(int queues, RingLayout ring, int descriptors, int mtu) {}
