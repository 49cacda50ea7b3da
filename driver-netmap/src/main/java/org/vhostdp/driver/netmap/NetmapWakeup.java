package org.vhostdp.driver.netmap;

import java.util.function.BooleanSupplier;
import org.vhostdp.linux.Epoll;
import org.vhostdp.linux.LinuxException;
import org.vhostdp.linux.Watch;
import org.vhostdp.spi.Wakeup;

/**
 * Watches a bound descriptor from {@link #arm} to the next burst call, and nothing otherwise.
 *
 * <p>The descriptor itself would not do. Looking at it has the kernel sync its rings, which only
 * the queue's own thread may cause; and it is one for both directions, where a host may watch it
 * twice.
 */
final class NetmapWakeup implements Wakeup, AutoCloseable {
  private final Watch watch;
  private final BooleanSupplier prepare;
  private final BooleanSupplier work;
  private int fd = -1;

  /**
   * @param events of {@link Epoll}
   * @param prepare says where in the ring there is news; false if nothing that may come is wanted
   * @param work whether there is work now
   */
  NetmapWakeup(int events, BooleanSupplier prepare, BooleanSupplier work) throws LinuxException {
    watch = Watch.create(events);
    this.prepare = prepare;
    this.work = work;
  }

  /** Which descriptor is to be watched from the next arming on; control thread. */
  void attach(int raw) {
    fd = raw;
  }

  /** Nothing is watched: the descriptor is about to be closed. */
  void detach() {
    watch.forget();
    fd = -1;
  }

  /** A burst call begins. */
  void disarm() {
    watch.forget();
  }

  @Override
  public int fd() {
    return watch.fd();
  }

  @Override
  public boolean arm() {
    if (fd < 0) {
      return false;
    }
    watch.forget();
    if (work.getAsBoolean()) {
      return true;
    }
    if (!prepare.getAsBoolean()) {
      return false;
    }
    // To be watched is to be looked at: the kernel syncs the ring and tells of what comes later.
    if (!watch.watch(fd)) {
      return true;
    }
    watch.ready();
    return work.getAsBoolean();
  }

  @Override
  public void close() {
    watch.close();
  }
}
