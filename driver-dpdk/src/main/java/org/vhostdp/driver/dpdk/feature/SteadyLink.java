package org.vhostdp.driver.dpdk.feature;

import org.vhostdp.spi.Wakeup;

/** The link of a ring, a file, or nothing: always up. */
final class SteadyLink implements LinkEvents {
  @Override
  public int next() {
    return NONE;
  }

  @Override
  public String detail() {
    return "";
  }

  @Override
  public boolean linkUp() {
    return true;
  }

  @Override
  public Wakeup wakeup() {
    return Wakeup.polled();
  }

  @Override
  public void close() {}
}
