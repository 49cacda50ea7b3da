package org.vhostdp.dataplane.io;

import java.util.concurrent.atomic.AtomicLong;
import org.vhostdp.linux.LinuxException;
import org.vhostdp.spi.Burst;
import org.vhostdp.spi.Offload;
import org.vhostdp.spi.RxQueue;
import org.vhostdp.spi.Wakeup;

/**
 * A driver's receive queue that gives frames which no guest asked for: each is counted and dropped,
 * so that no guest is needed.
 */
final class FakeRx extends FakeQueue implements RxQueue {
  /** As many frames as anybody takes. */
  static final long ENDLESS = Long.MAX_VALUE / 2;

  final AtomicLong waiting = new AtomicLong();

  /**
   * @param sleeps whether it has a descriptor to sleep on
   */
  FakeRx(boolean sleeps) throws LinuxException {
    super(sleeps);
  }

  /** So many frames have arrived. */
  void arrive(long frames) {
    waiting.addAndGet(frames);
    event.signal();
  }

  @Override
  boolean ready() {
    return waiting.get() > 0;
  }

  @Override
  public int receive(Burst frames, int max) {
    at(Call.RECEIVE);
    int n = (int) Math.min(max, waiting.get());
    for (int i = 0; i < n; i++) {
      frames.region[i] = 0;
      frames.offset[i] = 0;
      frames.length[i] = 64;
      frames.flags[i] = Offload.GSO_TCP4;
    }
    // A test may have set another number meanwhile.
    waiting.updateAndGet(now -> Math.max(0, now - n));
    return n;
  }

  @Override
  public void release(Burst frames, int first, int count) {
    at(Call.RELEASE);
  }

  @Override
  public Wakeup wakeup() {
    return this;
  }
}
