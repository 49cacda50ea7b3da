package org.vhostdp.tck.rules;

/**
 * What only one rule's test sends or asks for. A broken driver finds its moment by them, so that it
 * breaks one rule and leaves the others alone.
 */
public final class Marks {
  /** Transmitted on several queues by several threads. */
  public static final int PARALLEL = 8_030_000;

  /** Held back on one queue. */
  public static final int STALLED = 8_010_000;

  /** UDP ports. */
  public static final int STALLED_FLOW = 20_100;

  public static final int UNDECLARED = 21_010;
  public static final int OPEN_CHECKSUM = 21_040;
  public static final int WRONG_CHECKSUM = 21_050;
  public static final int NO_CHECKSUM = 21_060;
  public static final int LARGE = 21_070;
  public static final int DATAGRAMS = 21_080;
  public static final int COALESCED = 21_090;
  public static final int HASHED = 21_100;
  public static final int ONE_FLOW = 22_010;
  public static final int MOVED_FLOW = 22_020;
  public static final int SPREAD_FLOW = 22_030;
  public static final int RESET_FLOW = 22_040;
  public static final int PROGRAM_FLOW = 22_050;
  public static final int KEPT_FLOW = 22_060;

  /** Segment sizes. */
  public static final int NOT_OPEN_MSS = 996;

  public static final int LARGE_MSS = 1000;
  public static final int DATAGRAM_SIZE = 1004;
  public static final int COALESCED_MSS = 1008;

  /** VLAN tags. */
  public static final int INSERTED_TAG = 0x2064;

  public static final int STRIPPED_TAG = 0x4065;
  public static final int INNER_TAG = 0x6066;

  /** Rates and bursts. */
  public static final long CAPPED_RATE = 40_000_000;

  public static final long FAIR_BURST = 1003;
  public static final long BURST = 12_007;
  public static final long REMOVED_BURST = 1009;

  /** Lengths of frames for the counters. */
  public static final int MATCHED_LENGTH = 218;

  public static final int FLOOD_LENGTH = 222;

  private Marks() {}
}
