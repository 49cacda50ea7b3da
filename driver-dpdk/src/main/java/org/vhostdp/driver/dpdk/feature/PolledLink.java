package org.vhostdp.driver.dpdk.feature;

import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import org.vhostdp.driver.dpdk.feature.generated.Features;
import org.vhostdp.driver.dpdk.feature.generated.rte_eth_link;
import org.vhostdp.linux.LinuxException;
import org.vhostdp.linux.TimerFd;
import org.vhostdp.spi.Wakeup;

/**
 * A link that DPDK is asked for: rte_eth_link_get_nowait, ten times a second while somebody waits.
 * DPDK would call back from a thread of its own instead, and a driver lets nobody in that way.
 *
 * <p>Threads: {@link #next}, {@link #detail} and arming belong to one control thread.
 */
final class PolledLink implements LinkEvents {
  private static final long PAUSE_NANOS = 100_000_000;

  /** link_duplex, link_autoneg and link_status are bits 0 to 2 of the word behind the speed. */
  private static final int STATUS_BIT = 32 + 2;

  private final int port;
  private final TimerFd timer;
  private final Arena arena = Arena.ofAuto();
  private final MemorySegment link = rte_eth_link.allocate(arena);
  private final Wakeup wakeup;
  private volatile boolean up;
  private String detail = "";

  private PolledLink(int port, TimerFd timer) {
    this.port = port;
    this.timer = timer;
    up = ask();
    wakeup =
        new Wakeup() {
          @Override
          public int fd() {
            return timer.fd().raw();
          }

          @Override
          public boolean arm() {
            timer.set(PAUSE_NANOS);
            return ask() != up;
          }
        };
  }

  static PolledLink open(int port) throws LinuxException {
    return new PolledLink(port, TimerFd.create());
  }

  /** Whether the link is up; as it was if the device does not answer. */
  private boolean ask() {
    synchronized (link) {
      int result = Features.rte_eth_link_get_nowait((short) port, link);
      return result < 0 ? up : (link.get(JAVA_LONG, 0) >>> STATUS_BIT & 1) != 0;
    }
  }

  @Override
  public int next() {
    boolean now = ask();
    if (now == up) {
      return NONE;
    }
    up = now;
    detail = now ? "The link of the device came up." : "The link of the device went down.";
    return now ? LINK_UP : LINK_DOWN;
  }

  @Override
  public String detail() {
    return detail;
  }

  @Override
  public boolean linkUp() {
    return up;
  }

  @Override
  public Wakeup wakeup() {
    return wakeup;
  }

  @Override
  public void close() {
    timer.close();
  }
}
