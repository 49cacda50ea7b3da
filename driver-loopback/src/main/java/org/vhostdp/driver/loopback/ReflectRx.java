package org.vhostdp.driver.loopback;

import java.util.Arrays;
import java.util.Objects;
import org.vhostdp.linux.LinuxException;
import org.vhostdp.spi.Burst;
import org.vhostdp.spi.RxQueue;
import org.vhostdp.spi.Wakeup;

/** Lends the frames that the transmit queue was given, where they lie. */
final class ReflectRx implements RxQueue, QueueHalf {
  private final Tally tally;
  private final Signal signal = new Signal(this::frameIsThere);

  /** Null while stopped. */
  private Reflection ring;

  /** Next position to receive. */
  private long next;

  /** Oldest position received and not released. */
  private long head;

  /** What was published when it was last read. */
  private long published;

  /** Whether the port's settings let this queue receive; control threads write it. */
  private volatile boolean active;

  ReflectRx(Tally tally) {
    this.tally = tally;
  }

  Signal signal() {
    return signal;
  }

  void begin(Reflection way) throws LinuxException {
    signal.open();
    next = 0;
    head = 0;
    published = 0;
    ring = way;
  }

  @Override
  public int end() {
    int lent = (int) (next - head);
    next = 0;
    head = 0;
    ring = null;
    signal.close();
    return lent;
  }

  /** Frames wait while the queue is not active. */
  void active(boolean now) {
    active = now;
    signal.wake();
  }

  private boolean frameIsThere() {
    return ring != null && active && ring.published() != next;
  }

  @Override
  public int receive(Burst burst, int max) {
    Reflection from = ring;
    if (from == null) {
      return 0;
    }
    signal.disarm();
    if (!active) {
      return 0;
    }
    int want = Math.min(max, burst.capacity());
    if (published - next < want) {
      published = from.published();
    }
    int n = (int) Math.max(0, Math.min(want, published - next));
    if (n != 0) {
      Circle.read(from.offset, next, burst.offset, n);
      Circle.read(from.length, next, burst.length, n);
      Arrays.fill(burst.region, 0, n, LoopbackPort.REGION);
      Arrays.fill(burst.flags, 0, n, 0);
      next += n;
      tally.addFrames(burst.length, n);
    }
    return n;
  }

  @Override
  public void release(Burst burst, int first, int count) {
    Objects.checkFromIndexSize(first, count, burst.capacity());
    Reflection to = ring;
    if (to == null || count == 0) {
      return;
    }
    if (count <= next - head
        && Circle.matches(to.offset, head, burst.offset, first, count)
        && FrameCheck.own(burst, first, first + count)) {
      head += count;
    } else {
      releaseEach(to, burst, first, count);
    }
    to.free(head, signal.state());
  }

  private void releaseEach(Reflection to, Burst burst, int first, int count) {
    int wrong = 0;
    for (int i = first; i < first + count; i++) {
      if (head != next
          && burst.region[i] == LoopbackPort.REGION
          && to.area.slot(burst.offset[i]) == to.slot(head)) {
        head++;
      } else {
        wrong++;
      }
    }
    if (wrong != 0) {
      tally.add(Tally.LENDING_ERRORS, wrong);
    }
  }

  @Override
  public Wakeup wakeup() {
    return signal;
  }
}
