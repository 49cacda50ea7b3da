package org.vhostdp.dataplane.frontend.vhostuser;

import java.util.HashMap;
import java.util.Map;

/**
 * Memory regions that a front-end adds more than once. QEMU before 8.0 sends ADD_MEM_REG and
 * REM_MEM_REG for each of its queue pairs, though the table is one: of several additions the first
 * counts, and so does the first of as many removals.
 */
final class RepeatedRegions {
  /** How a removal names a region. */
  record Name(long guest, long size, long user) {}

  private final Map<Name, Integer> surplus = new HashMap<>();

  /** Notes one more addition of a region that is there; false when there were too many. */
  boolean added(Name region) {
    if (surplus.size() >= Protocol.MAX_REGIONS && !surplus.containsKey(region)) {
      return false;
    }
    surplus.merge(region, 1, Integer::sum);
    return true;
  }

  /** Whether the removal of a region that is not there belongs to such an addition. */
  boolean removed(Name region) {
    Integer left = surplus.remove(region);
    if (left != null && left > 1) {
      surplus.put(region, left - 1);
    }
    return left != null;
  }

  void clear() {
    surplus.clear();
  }
}
