package org.vhostdp.bench.latency;

import java.util.function.LongSupplier;
import org.HdrHistogram.Histogram;

/**
 * The client: sends frames when they are due and looks for returned ones in between, without ever
 * sleeping. Never more frames are on their way than the wire has room for, so a frame that does not
 * come back was lost by the back-end. Frames that wait for room are late, and that counts as
 * theirs.
 *
 * <p>One thread. A window allocates nothing but its result.
 */
final class Exchange {
  private static final int BATCH = 32;
  private static final long LEAD = 100_000;

  /** A back-end that lost its core for a while still has the frames: so long nothing is lost. */
  private static final long SILENCE = 2_000_000_000;

  private static final long LONGEST = 60_000_000_000L;
  private static final int WINDOW_SHIFT = 40;
  private static final long INDEX = (1L << WINDOW_SHIFT) - 1;

  private final Wire wire;
  private final LongSupplier clock;
  private final long silence;
  private final Histogram latency = new Histogram(LONGEST, 3);
  private final Histogram lateness = new Histogram(LONGEST, 3);
  private Schedule schedule;
  private long window;
  private long deadline;
  private long sent;
  private long expected;
  private long lost;
  private long strays;
  private long held;
  private long lastTurn;
  private long lastProgress;
  private long lastSent;
  private long gap;

  /**
   * @param clock nanoseconds
   */
  Exchange(Wire wire, LongSupplier clock) {
    this(wire, clock, SILENCE);
  }

  /**
   * @param silence nanoseconds without any frame after which those on their way are lost
   */
  Exchange(Wire wire, LongSupplier clock, long silence) {
    this.wire = wire;
    this.clock = clock;
    this.silence = silence;
  }

  /**
   * Sends so many frames at a rate.
   *
   * @param patience nanoseconds after which frames that could not be sent in their time are given
   *     up
   */
  Window run(int rate, long frames, long patience) {
    begin(new Schedule(clock.getAsLong() + LEAD, rate, frames), patience);
    while (turn()) {
      Thread.onSpinWait();
    }
    return result();
  }

  private void begin(Schedule next, long patience) {
    window++;
    schedule = next;
    deadline = next.end() + patience;
    latency.reset();
    lateness.reset();
    sent = 0;
    expected = 0;
    lost = 0;
    strays = 0;
    held = 0;
    gap = 0;
    lastTurn = clock.getAsLong();
    lastProgress = next.start();
    lastSent = next.start();
  }

  /** One look at the clock and at both directions; false when the window is over. */
  private boolean turn() {
    long now = clock.getAsLong();
    gap = Math.max(gap, now - lastTurn);
    lastTurn = now;
    boolean sending = sent < schedule.frames() && now < deadline;
    if (sending) {
      send(now);
    }
    receive();
    return sending || expected < sent && now - lastProgress < silence;
  }

  private void send(long now) {
    int n = 0;
    long most = Math.min(schedule.frames(), expected + wire.room());
    long due = schedule.due(sent);
    while (n < BATCH && due <= now && sent < most && wire.send(window << WINDOW_SHIFT | sent)) {
      lateness.recordValue(Math.min(now - due, LONGEST));
      n++;
      due = schedule.due(++sent);
    }
    if (n > 0) {
      wire.flush();
      lastSent = now;
      lastProgress = now;
    }
    if (n < BATCH && due <= now && sent < schedule.frames()) {
      held++;
    }
  }

  private void receive() {
    for (int i = 0; i < BATCH; i++) {
      long number = wire.receive();
      if (number == Wire.NOTHING) {
        return;
      }
      accept(number, clock.getAsLong());
    }
  }

  private void accept(long number, long now) {
    long index = number & INDEX;
    // One queue each way keeps the order: a number passed over does not come any more.
    if (number >>> WINDOW_SHIFT != window || index < expected || index >= sent) {
      strays++;
      return;
    }
    lost += index - expected;
    expected = index + 1;
    lastProgress = now;
    latency.recordValue(Math.min(Math.max(0, now - schedule.due(index)), LONGEST));
  }

  private Window result() {
    lost += sent - expected;
    return new Window(
        schedule, sent, lost, strays, held, lastSent, gap, latency.copy(), lateness.copy());
  }
}
