package org.vhostdp.tck.mutant;

import org.vhostdp.spi.Wakeup;

/** A wakeup that passes everything on; a mutant overrides what it breaks. */
class SameWakeup implements Wakeup {
  private final Wakeup wakeup;

  SameWakeup(Wakeup wakeup) {
    this.wakeup = wakeup;
  }

  @Override
  public int fd() {
    return wakeup.fd();
  }

  @Override
  public int events() {
    return wakeup.events();
  }

  @Override
  public boolean arm() {
    return wakeup.arm();
  }
}
