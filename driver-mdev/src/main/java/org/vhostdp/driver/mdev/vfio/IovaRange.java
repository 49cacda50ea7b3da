package org.vhostdp.driver.mdev.vfio;

/**
 * Addresses that the IOMMU can translate.
 *
 * @param first the first one
 * @param last the last one, unsigned like the first
 */
record IovaRange(long first, long last) {}
