package org.vhostdp.dataplane.io;

import org.vhostdp.spi.Wakeup;

/** The wakeup of a guarded queue. What cannot change is asked once. */
final class GuardedWakeup implements Wakeup {
  private final Wakeup driver;
  private final Hang hang;
  private final int fd;
  private final int events;

  GuardedWakeup(Wakeup driver, Hang hang) {
    this.driver = driver;
    this.hang = hang;
    this.fd = driver.fd();
    this.events = driver.events();
  }

  @Override
  public int fd() {
    return fd;
  }

  @Override
  public int events() {
    return events;
  }

  @Override
  public boolean arm() {
    Lease lease = Lease.mine();
    if (hang.skips(lease)) {
      return false;
    }
    if (lease == null) {
      return driver.arm();
    }
    long call = lease.enter(hang);
    try {
      return driver.arm();
    } finally {
      lease.leave(call);
    }
  }
}
