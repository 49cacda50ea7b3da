package org.vhostdp.driver.loopback;

import java.util.Objects;
import org.vhostdp.linux.LinuxException;
import org.vhostdp.spi.Burst;
import org.vhostdp.spi.RxQueue;
import org.vhostdp.spi.Wakeup;

/** Receives nothing; its descriptor lets an IO thread sleep all the same. */
final class SilentRx implements RxQueue, QueueHalf {
  private final Tally tally;
  private final Signal signal = new Signal(() -> false);

  SilentRx(Tally tally) {
    this.tally = tally;
  }

  void begin() throws LinuxException {
    signal.open();
  }

  @Override
  public int end() {
    signal.close();
    return 0;
  }

  @Override
  public int receive(Burst burst, int max) {
    return 0;
  }

  @Override
  public void release(Burst burst, int first, int count) {
    Objects.checkFromIndexSize(first, count, burst.capacity());
    tally.add(Tally.LENDING_ERRORS, count);
  }

  @Override
  public Wakeup wakeup() {
    return signal;
  }
}
