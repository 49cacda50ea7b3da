package org.vhostdp.cli.config;

import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.vhostdp.dataplane.net.Features;
import org.vhostdp.dataplane.port.PortServices;

/** The names of feature bits, as operators write them in {@code disable}. */
public final class FeatureNames {
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

  /** The names of what a port offers unless its profile is another, whatever its driver. */
  public static List<String> offered() {
    return Features.names(PortServices.DEFAULT.profile().features());
  }
}
