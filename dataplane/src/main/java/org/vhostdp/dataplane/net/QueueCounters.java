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
    STARVED
  }

  private static final Name[] NAMES = Name.values();

  /** Padded on both sides, so that two queues' counters do not share a cache line. */
  private static final int PAD = 8;

  private final long[] values = new long[PAD + NAMES.length + PAD];

  /** All zero. */
  public QueueCounters() {}

  void add(Name name, long n) {
    int at = PAD + name.ordinal();
    VALUES.setOpaque(values, at, values[at] + n);
  }

  /** A counter's value now. Any thread. */
  public long get(Name name) {
    return (long) VALUES.getOpaque(values, PAD + name.ordinal());
  }
}
