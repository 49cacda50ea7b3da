package org.vhostdp.dataplane.io;

import org.vhostdp.spi.Burst;
import org.vhostdp.spi.TxQueue;
import org.vhostdp.spi.Wakeup;

/** A driver's transmit queue whose calls may hang: see {@link GuardedPort}. */
final class GuardedTx implements TxQueue {
  private final TxQueue driver;
  private final Hang hang;

  GuardedTx(TxQueue driver, Hang hang) {
    this.driver = driver;
    this.hang = hang;
  }

  @Override
  public int claim(Burst frames, int max) {
    Lease lease = Lease.mine();
    if (hang.skips(lease)) {
      return 0;
    }
    if (lease == null) {
      return driver.claim(frames, max);
    }
    long call = lease.enter(hang);
    try {
      return driver.claim(frames, max);
    } finally {
      lease.leave(call);
    }
  }

  @Override
  public void unclaim(Burst frames, int first, int count) {
    Lease lease = Lease.mine();
    if (hang.skips(lease)) {
      return;
    }
    if (lease == null) {
      driver.unclaim(frames, first, count);
      return;
    }
    long call = lease.enter(hang);
    try {
      driver.unclaim(frames, first, count);
    } finally {
      lease.leave(call);
    }
  }

  @Override
  public int transmit(Burst frames, int first, int count) {
    Lease lease = Lease.mine();
    if (hang.skips(lease)) {
      return 0;
    }
    if (lease == null) {
      return driver.transmit(frames, first, count);
    }
    long call = lease.enter(hang);
    try {
      return driver.transmit(frames, first, count);
    } finally {
      lease.leave(call);
    }
  }

  @Override
  public int completed(Burst frames, int max) {
    Lease lease = Lease.mine();
    if (hang.skips(lease)) {
      return 0;
    }
    if (lease == null) {
      return driver.completed(frames, max);
    }
    long call = lease.enter(hang);
    try {
      return driver.completed(frames, max);
    } finally {
      lease.leave(call);
    }
  }

  @Override
  public Wakeup wakeup() {
    return new GuardedWakeup(driver.wakeup(), hang);
  }
}
