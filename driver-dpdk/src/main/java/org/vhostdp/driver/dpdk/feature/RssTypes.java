package org.vhostdp.driver.dpdk.feature;

import static org.vhostdp.spi.Steering.HASH_IPV4;
import static org.vhostdp.spi.Steering.HASH_IPV6;
import static org.vhostdp.spi.Steering.HASH_TCP4;
import static org.vhostdp.spi.Steering.HASH_TCP6;
import static org.vhostdp.spi.Steering.HASH_UDP4;
import static org.vhostdp.spi.Steering.HASH_UDP6;

/** The SPI's hash types and DPDK's: RTE_ETH_RSS_* of rte_ethdev.h. */
final class RssTypes {
  private static final int[] TYPES = {
    HASH_IPV4, HASH_TCP4, HASH_UDP4, HASH_IPV6, HASH_TCP6, HASH_UDP6
  };

  /** Of each type: what a device must have, so that it can be asked for at all. */
  private static final long[] NEEDED = {1 << 2, 1 << 4, 1 << 5, 1 << 8, 1 << 10, 1 << 11};

  /** Of each type: what is asked for beside, where the device has it: fragments, extensions. */
  private static final long[] BESIDE = {
    1 << 3 | 1 << 7, 0, 0, 1 << 9 | 1 << 13 | 1 << 15, 1 << 16, 1 << 17
  };

  private RssTypes() {}

  /** The SPI's types of a device that has these of DPDK's. */
  static int offered(long device) {
    int types = 0;
    for (int i = 0; i < TYPES.length; i++) {
      types |= (device & NEEDED[i]) != 0 ? TYPES[i] : 0;
    }
    return types;
  }

  /** DPDK's types that these of the SPI take, as far as the device has them. */
  static long used(int types, long device) {
    long used = 0;
    for (int i = 0; i < TYPES.length; i++) {
      used |= (types & TYPES[i]) != 0 ? NEEDED[i] | BESIDE[i] : 0;
    }
    return used & device;
  }
}
