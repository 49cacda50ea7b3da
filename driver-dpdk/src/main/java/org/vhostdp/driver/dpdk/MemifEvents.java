package org.vhostdp.driver.dpdk;

import java.util.function.BooleanSupplier;
import org.vhostdp.spi.PortEvents;
import org.vhostdp.spi.Wakeup;

/**
 * The link of net_memif's connecting side, which connects only while it starts and never again by
 * itself. So it is told to, ten times a second, while its link is down and somebody looks.
 */
final class MemifEvents implements PortEvents {
  private static final long PAUSE_NANOS = 100_000_000;

  private final PortEvents link;
  private final BooleanSupplier connect;
  private long last = System.nanoTime() - PAUSE_NANOS;

  /**
   * @param link the device's
   * @param connect tries to connect; true if the link may be up now
   */
  MemifEvents(PortEvents link, BooleanSupplier connect) {
    this.link = link;
    this.connect = connect;
  }

  @Override
  public int next() {
    int event = link.next();
    if (event != NONE || link.linkUp() || System.nanoTime() - last < PAUSE_NANOS) {
      return event;
    }
    boolean connected = connect.getAsBoolean();
    last = System.nanoTime();
    return connected ? link.next() : NONE;
  }

  @Override
  public String detail() {
    return link.detail();
  }

  @Override
  public boolean linkUp() {
    return link.linkUp();
  }

  @Override
  public Wakeup wakeup() {
    return link.wakeup();
  }
}
