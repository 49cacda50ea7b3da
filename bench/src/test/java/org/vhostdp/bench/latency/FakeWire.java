package org.vhostdp.bench.latency;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashSet;
import java.util.Set;

/** Returns frames a fixed time after they were let go, except in a pause. */
final class FakeWire implements Wire {
  private record Flying(long number, long back) {}

  private static final long INDEX = (1L << 40) - 1;

  private final FakeClock clock;
  private final long delay;
  private final int room;
  private final Deque<Long> prepared = new ArrayDeque<>();
  private final Deque<Flying> flying = new ArrayDeque<>();

  /** Indices of frames that do not come back. */
  final Set<Long> dropped = new HashSet<>();

  /** Indices of frames that come back twice. */
  final Set<Long> doubled = new HashSet<>();

  /** Between these times nothing comes back. */
  long pauseFrom = Long.MAX_VALUE;

  long pauseTo;
  int mostFlying;
  int flushes;

  FakeWire(FakeClock clock, long delay, int room) {
    this.clock = clock;
    this.delay = delay;
    this.room = room;
  }

  @Override
  public boolean send(long number) {
    prepared.add(number);
    return true;
  }

  @Override
  public void flush() {
    flushes++;
    for (long number : prepared) {
      long index = number & INDEX;
      int copies = dropped.contains(index) ? 0 : doubled.contains(index) ? 2 : 1;
      for (int i = 0; i < copies; i++) {
        flying.add(new Flying(number, clock.now() + delay));
      }
    }
    prepared.clear();
    mostFlying = Math.max(mostFlying, flying.size());
  }

  @Override
  public long receive() {
    Flying first = flying.peek();
    long now = clock.now();
    if (first == null || first.back() > now || now >= pauseFrom && now < pauseTo) {
      return NOTHING;
    }
    flying.remove();
    return first.number();
  }

  @Override
  public int room() {
    return room;
  }
}
