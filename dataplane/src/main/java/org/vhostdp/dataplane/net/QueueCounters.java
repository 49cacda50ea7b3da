package org.vhostdp.dataplane.net;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

/**
 * Counters of one queue. Written by its IO thread only, once per burst; read by anybody. Longs are
 * written opaquely: no reader sees half a number, and the writer pays nothing.
 */
public final class QueueCounters {
  private static final VarHandle VALUES = MethodHandles.arrayElementVarHandle(long[].class);

  /** What is counted. */
  public enum Name {
    FRAMES,
    BYTES,
    BURSTS,
    /** Interrupts sent to the guest. */
    NOTIFICATIONS,
    /** Kicks received from the guest. */
    KICKS,
    /** Frames dropped because their chain or header made no sense. */
    DROPPED_MALFORMED,
    /** Frames dropped because the driver can never send them. */
    DROPPED_REFUSED,
    /** Frames dropped because they fit no buffer of the guest. */
    DROPPED_TOO_LONG,
    /** Frames dropped because they use an offload the guest did not negotiate. */
    DROPPED_OFFLOAD,
    /** Turns in which the driver took fewer frames than were there. */
    BACK_PRESSURE,
    /** Turns in which frames waited because the guest had no buffers. */
    STARVED,
    /** Frames dropped because their headers do not allow what is asked of them. */
    DROPPED_HEADERS,
    /** Frames dropped because the queue that steering chose for them was full or not there. */
    DROPPED_STEERING,
    /** Frames dropped because their class had too many waiting. */
    DROPPED_CLASS,
    /** Frames dropped because their queue was taken out of service while they were held. */
    DROPPED_STOPPED,
    /** Checksums completed here because the driver cannot. */
    FALLBACK_CHECKSUM,
    /** Checksums validated here because the driver does not. */
    FALLBACK_VALIDATION,
    /** Frames segmented here because the driver or the guest cannot. */
    FALLBACK_SEGMENTATION,
    /** Frames that coalescing here saved the guest. */
    FALLBACK_COALESCED,
    /** Frames whose queue was chosen here because the driver cannot. */
    FALLBACK_STEERING,
    /** Turns in which a rate limit held frames back. */
    LIMITED
  }

  private static final Name[] NAMES = Name.values();

  /** Padded on both sides, so that two queues' counters do not share a cache line. */
  private static final int PAD = 8;

  /** Bursts of 1, 2 to 3, 4 to 7, 8 to 15, 16 to 31 frames, and of more. */
  public static final int BURST_SIZES = 6;

  private static final int SIZES = PAD + NAMES.length;

  private final long[] values = new long[SIZES + BURST_SIZES + PAD];

  /** All zero. */
  public QueueCounters() {}

  /** Adds to a counter. The queue's IO thread. */
  public void add(Name name, long n) {
    int at = PAD + name.ordinal();
    VALUES.setOpaque(values, at, values[at] + n);
  }

  /** Counts a burst of so many frames, at least one. The queue's IO thread. */
  void burst(int frames) {
    add(Name.BURSTS, 1);
    int size = Math.min(31 - Integer.numberOfLeadingZeros(frames), BURST_SIZES - 1);
    VALUES.setOpaque(values, SIZES + size, values[SIZES + size] + 1);
  }

  /** Bursts by size: entry i counts those of 2^i frames and more, the last one all larger ones. */
  public long[] burstHistogram() {
    long[] bursts = new long[BURST_SIZES];
    for (int i = 0; i < BURST_SIZES; i++) {
      bursts[i] = (long) VALUES.getOpaque(values, SIZES + i);
    }
    return bursts;
  }

  /** A counter's value now. Any thread. */
  public long get(Name name) {
    return (long) VALUES.getOpaque(values, PAD + name.ordinal());
  }
}
