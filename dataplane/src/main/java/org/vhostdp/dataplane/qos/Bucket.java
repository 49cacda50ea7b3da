package org.vhostdp.dataplane.qos;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.function.LongSupplier;

/**
 * A token bucket, of bytes or of frames. Any thread; one compare-and-set for each charge.
 *
 * <p>Its state is one time: when what was charged is paid for. If that time has come the bucket has
 * tokens, at most a burst of them; if it is still to come the bucket is in debt. Whoever sees
 * tokens may send that many and one frame more, and charges what it was afterwards: so no frame is
 * too long for a bucket, and each thread that shares it adds at most one burst and one frame to the
 * debt. A debt is paid before anything else passes, so the rate holds in the long run exactly.
 */
final class Bucket {
  private static final VarHandle PAID = handle();

  /** Times are in 1/1024 ns: a byte at 1 Tbit/s takes 8 of them, and they last 104 days. */
  private static final int FRACTION = 10;

  private static final double TICKS_PER_SECOND = 1e9 * (1 << FRACTION);

  /** Thirteen days: times further apart than that are cut, so that sums do not overflow. */
  private static final long MOST_TICKS = 1L << 60;

  /** Most that is charged at once; a debt beyond it is a clock that went round while idle. */
  private static final long MOST_CHARGE = 1 << 26;

  private final double ticksPerToken;
  private final double tokensPerTick;
  private final long burst;
  private final long burstTicks;
  private final long mostDebt;
  private final boolean packets;
  private final LongSupplier clock;
  private long paid;

  private Bucket(double perSecond, long burst, boolean packets, LongSupplier clock) {
    this.ticksPerToken = TICKS_PER_SECOND / perSecond;
    this.tokensPerTick = perSecond / TICKS_PER_SECOND;
    this.burst = burst;
    this.burstTicks = Math.min((long) (burst * ticksPerToken), MOST_TICKS);
    this.mostDebt = Math.min((long) (2 * MOST_CHARGE * ticksPerToken), 2 * MOST_TICKS);
    this.packets = packets;
    this.clock = clock;
    this.paid = ticks() - burstTicks;
  }

  /** One of bytes, full. */
  static Bucket bytes(long bitsPerSecond, long burstBytes, LongSupplier nanoClock) {
    return new Bucket(bitsPerSecond / 8.0, burstBytes, false, nanoClock);
  }

  /** One of frames, full. */
  static Bucket packets(long perSecond, long burst, LongSupplier nanoClock) {
    return new Bucket(perSecond, burst, true, nanoClock);
  }

  private static VarHandle handle() {
    try {
      return MethodHandles.lookup().findVarHandle(Bucket.class, "paid", long.class);
    } catch (ReflectiveOperationException e) {
      throw new ExceptionInInitializerError(e);
    }
  }

  private long ticks() {
    return clock.getAsLong() << FRACTION;
  }

  /** Whether its tokens are frames, else bytes. */
  boolean ofPackets() {
    return packets;
  }

  /** Most tokens it holds. */
  long burst() {
    return burst;
  }

  /** Whether large frames of 64 KiB may pass whole: a burst holds one. */
  boolean takesGso() {
    return burst >= (packets ? 64 : 65536);
  }

  /** Tokens there now, 0 to the burst; -1 if it is in debt: nothing may pass. */
  long tokens() {
    long credit = ticks() - (long) PAID.getOpaque(this);
    if (credit >= burstTicks || credit < -mostDebt) {
      return burst;
    }
    return credit < 0 ? -1 : (long) (credit * tokensPerTick);
  }

  /** Takes tokens for what has passed, more than there are if need be; gives back negative ones. */
  void charge(long tokens) {
    long now = ticks();
    long cost = Math.round(Math.min(tokens, MOST_CHARGE) * ticksPerToken);
    long before;
    long from;
    do {
      before = (long) PAID.getOpaque(this);
      long credit = now - before;
      from = credit > burstTicks || credit < -mostDebt ? now - burstTicks : before;
    } while (!PAID.compareAndSet(this, before, from + cost));
  }

  /** Nanoseconds until there are tokens; 0 if there are. */
  long nanosToWait() {
    long debt = (long) PAID.getOpaque(this) - ticks();
    return debt <= 0 || debt > mostDebt ? 0 : (debt >> FRACTION) + 1;
  }

  /** Nanoseconds in which it fills. */
  long nanosToFill() {
    return burstTicks >> FRACTION;
  }
}
