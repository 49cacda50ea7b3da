package org.vhostdp.bench.structure;

import org.vhostdp.spi.Burst;
import org.vhostdp.spi.RxQueue;
import org.vhostdp.spi.TxQueue;
import org.vhostdp.spi.Wakeup;

/** Counts the calls that a path makes to its driver. */
final class CallCounter implements PrivateQueue.Between {
  int claims;
  int unclaims;
  int transmits;
  int completions;
  int receives;
  int releases;
  int receivesInto;
  int wakeups;
  private final int most;

  /**
   * @param most frames that the driver lends or takes at once
   */
  CallCounter(int most) {
    this.most = most;
  }

  /** All calls. */
  int all() {
    return claims + unclaims + transmits + completions + receives + releases + receivesInto;
  }

  @Override
  public TxQueue tx(TxQueue driver) {
    return new CountedTx(driver);
  }

  @Override
  public RxQueue rx(RxQueue driver) {
    return new CountedRx(driver);
  }

  private final class CountedTx implements TxQueue {
    private final TxQueue driver;

    CountedTx(TxQueue driver) {
      this.driver = driver;
    }

    @Override
    public int claim(Burst frames, int max) {
      claims++;
      return driver.claim(frames, Math.min(max, most));
    }

    @Override
    public void unclaim(Burst frames, int first, int count) {
      unclaims++;
      driver.unclaim(frames, first, count);
    }

    @Override
    public int transmit(Burst frames, int first, int count) {
      transmits++;
      return driver.transmit(frames, first, count);
    }

    @Override
    public int completed(Burst frames, int max) {
      completions++;
      return driver.completed(frames, max);
    }

    @Override
    public Wakeup wakeup() {
      wakeups++;
      return driver.wakeup();
    }
  }

  private final class CountedRx implements RxQueue {
    private final RxQueue driver;

    CountedRx(RxQueue driver) {
      this.driver = driver;
    }

    @Override
    public int receive(Burst frames, int max) {
      receives++;
      return driver.receive(frames, Math.min(max, most));
    }

    @Override
    public void release(Burst frames, int first, int count) {
      releases++;
      driver.release(frames, first, count);
    }

    @Override
    public int receiveInto(Burst buffers, int count) {
      receivesInto++;
      return driver.receiveInto(buffers, count);
    }

    @Override
    public Wakeup wakeup() {
      wakeups++;
      return driver.wakeup();
    }
  }
}
