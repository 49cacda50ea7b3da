package org.vhostdp.tck.run;

/** Where a rule's seed comes from. Constant for all time: results of old runs are replayed. */
final class Seeds {
  private static final long FNV_OFFSET = 0xcbf29ce484222325L;
  private static final long FNV_PRIME = 0x100000001b3L;

  private Seeds() {}

  /**
   * The seed of a rule (FNV-1a over its number, then the finaliser of MurmurHash3).
   *
   * @param turn 0 for the first time it is tried, 1 for the next
   */
  static long of(long run, String rule, int turn) {
    long hash = FNV_OFFSET ^ run;
    for (int i = 0; i < rule.length(); i++) {
      hash = (hash ^ rule.charAt(i)) * FNV_PRIME;
    }
    hash = (hash ^ turn) * FNV_PRIME;
    hash = (hash ^ hash >>> 33) * 0xff51afd7ed558ccdL;
    hash = (hash ^ hash >>> 33) * 0xc4ceb9fe1a85ec53L;
    return hash ^ hash >>> 33;
  }
}
