package org.vhostdp.dataplane.io;

import org.vhostdp.spi.Burst;
import org.vhostdp.spi.RxQueue;
import org.vhostdp.spi.Wakeup;

/** A driver's receive queue whose calls may hang: see {@link GuardedPort}. */
final class GuardedRx implements RxQueue {
  private final RxQueue driver;
  private final Hang hang;

  GuardedRx(RxQueue driver, Hang hang) {
    this.driver = driver;
    this.hang = hang;
  }

  @Override
  public int receive(Burst frames, int max) {
    Lease lease = Lease.mine();
    if (hang.skips(lease)) {
      return 0;
    }
    if (lease == null) {
      return driver.receive(frames, max);
    }
    long call = lease.enter(hang);
    try {
      return driver.receive(frames, max);
    } finally {
      lease.leave(call);
    }
  }

  @Override
  public void release(Burst frames, int first, int count) {
    Lease lease = Lease.mine();
    if (hang.skips(lease)) {
      return;
    }
    if (lease == null) {
      driver.release(frames, first, count);
      return;
    }
    long call = lease.enter(hang);
    try {
      driver.release(frames, first, count);
    } finally {
      lease.leave(call);
    }
  }

  @Override
  public int receiveInto(Burst buffers, int count) {
    Lease lease = Lease.mine();
    if (hang.skips(lease)) {
      return 0;
    }
    if (lease == null) {
      return driver.receiveInto(buffers, count);
    }
    long call = lease.enter(hang);
    try {
      return driver.receiveInto(buffers, count);
    } finally {
      lease.leave(call);
    }
  }

  @Override
  public Wakeup wakeup() {
    return new GuardedWakeup(driver.wakeup(), hang);
  }
}
