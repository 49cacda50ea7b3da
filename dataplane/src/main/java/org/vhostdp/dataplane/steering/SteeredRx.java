package org.vhostdp.dataplane.steering;

import org.vhostdp.dataplane.stage.RxStage;
import org.vhostdp.spi.Burst;
import org.vhostdp.spi.Wakeup;

/** What one queue of the guest sees of a {@link PortSwitch}. */
final class SteeredRx implements RxStage, Wakeup {
  private final PortSwitch ports;
  private final int guest;
  private final int fd;

  SteeredRx(PortSwitch ports, int guest, int fd) {
    this.ports = ports;
    this.guest = guest;
    this.fd = fd;
  }

  @Override
  public int receive(Burst frames, int max) {
    return ports.receive(guest, frames, max);
  }

  @Override
  public void release(Burst frames, int first, int count) {
    ports.release(guest, count);
  }

  @Override
  public void discard() {
    ports.discard(guest);
  }

  @Override
  public Wakeup wakeup() {
    return this;
  }

  @Override
  public int fd() {
    return fd;
  }

  @Override
  public boolean arm() {
    return ports.arm(guest);
  }
}
