package org.vhostdp.cli.config;

import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.vhostdp.dataplane.net.Features;

/** The names of feature bits, as operators write them in {@code disable}. */
public final class FeatureNames {
  /** What is there on every port, whatever its driver. */
  private static final long ALWAYS =
      Features.RINGS
          | Features.CONTROL
          | Features.MRG_RXBUF
          | Features.STATUS
          | Features.MTU
          | Features.MAC
          | Features.MQ
          | Features.CTRL_GUEST_OFFLOADS
          | Features.SPEED_DUPLEX;

  /** Bits without which there is no device. */
  private static final long NEEDED = Features.PROTOCOL_FEATURES;

  private FeatureNames() {}

  /** Bits by name, without those that cannot be left out. */
  static Map<String, Long> known() {
    Map<String, Long> known = new TreeMap<>();
    for (int bit = 0; bit < Long.SIZE; bit++) {
      long mask = 1L << bit;
      String name = Features.names(mask).getFirst();
      if ((NEEDED & mask) == 0 && !name.startsWith("bit")) {
        known.put(name, mask);
      }
    }
    return known;
  }

  /** The names of features that do not depend on a driver. */
  public static List<String> always() {
    return Features.names(ALWAYS);
  }
}
