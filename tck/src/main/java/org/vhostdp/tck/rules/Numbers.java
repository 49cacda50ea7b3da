package org.vhostdp.tck.rules;

/**
 * Where the frame numbers of a rule's test begin. A broken driver finds its moment by them, so that
 * it breaks one rule and leaves the others alone.
 */
public final class Numbers {
  public static final int SILENCE = 1_060_000;
  public static final int RESTARTED = 1_070_000;
  public static final int REOPENED = 1_100_000;
  public static final int LIVE_OFFLOADS = 2_060_000;
  public static final int INACTIVE = 2_070_000;
  public static final int JUMBO = 3_020_000;
  public static final int RX_ENTRIES = 4_010_000;
  public static final int RX_HELD = 4_030_000;
  public static final int RX_LONG = 4_050_000;
  public static final int RX_FLOOD = 4_060_000;
  public static final int RX_DESCRIBED = 4_070_000;
  public static final int RX_TIMED = 4_080_000;
  public static final int TX_COUNT = 5_010_000;
  public static final int TX_TAIL = 5_020_000;
  public static final int TX_FULL = 5_040_000;
  public static final int TX_ALONE = 5_050_000;
  public static final int SLOW = 6_050_000;
  public static final int RX_ORDER = 7_010_000;
  public static final int TX_ORDER = 7_020_000;
  public static final int ONCE = 7_030_000;
  public static final int REPLAY = 7_040_000;

  public static final int FOREIGN_RECLAIMED = 15_020_000;
  public static final int FOREIGN_COMPLETED = 15_060_000;
  public static final int FOREIGN_INTO = 15_070_000;
  public static final int THREAD_STARTED = 16_010_000;
  public static final int INTERRUPTED = 16_020_000;
  public static final int ALLOCATED = 16_030_000;
  public static final int HANDED_OVER = 16_040_000;
  public static final int CONTROLLED = 16_050_000;
  public static final int DESCRIPTORS = 18_010_000;
  public static final int MAPPINGS = 18_020_000;
  public static final int OUTSIDE = 18_030_000;
  public static final int GARBAGE = 18_040_000;
  public static final int LAYER = 18_050_000;
  public static final int KILLED = 18_060_000;
  public static final int PROCESSES = 19_010_000;
  public static final int SOCKETS = 19_020_000;
  public static final int FUZZED = 19_030_000;
  public static final int NONSENSE = 19_040_000;
  public static final int UNPRIVILEGED = 19_050_000;

  /** Length that only the test of received bytes has. */
  public static final int RX_LENGTH = 1201;

  /** Length that only the test of sent bytes has. */
  public static final int TX_LENGTH = 1203;

  /** Length of a runt that is padded. */
  public static final int RUNT_LENGTH = 33;

  /** Length of a frame that must be refused with a reason. */
  public static final int NONSENSE_LENGTH = 9;

  /** Length of a bad frame among good ones. */
  public static final int BAD_LENGTH = 11;

  // Lengths that only one test sends: about threads, leaks, processes and sockets.
  public static final int THREAD_LENGTH = 601;
  public static final int HANDED_LENGTH = 603;
  public static final int DESCRIPTOR_LENGTH = 605;
  public static final int MAPPING_LENGTH = 607;
  public static final int OUTSIDE_LENGTH = 609;
  public static final int GARBAGE_LENGTH = 611;
  public static final int LAYER_LENGTH = 613;
  public static final int PROCESS_LENGTH = 615;
  public static final int SOCKET_LENGTH = 617;

  private Numbers() {}
}
