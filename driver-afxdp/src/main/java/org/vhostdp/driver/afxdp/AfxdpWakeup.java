package org.vhostdp.driver.afxdp;

import org.vhostdp.linux.LinuxException;
import org.vhostdp.linux.Poll;
import org.vhostdp.spi.Wakeup;

/**
 * A descriptor that the kernel makes ready and unready by itself: watched level triggered, it
 * cannot lose a wakeup, and arming only has to look. One thread arms.
 */
final class AfxdpWakeup implements Wakeup {
  private final int fd;
  private final int events;
  private final Runnable onError;
  private final Poll poll = new Poll(1);

  /**
   * @param fd stays open as long as this is used; stays the caller's
   * @param events {@link #READABLE} or {@link #WRITABLE}
   * @param onError what to do when the descriptor reports an error
   */
  AfxdpWakeup(int fd, int events, Runnable onError) {
    this.fd = fd;
    this.events = events;
    this.onError = onError;
    poll.set(0, fd, events);
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
    try {
      poll.await(0);
    } catch (LinuxException e) {
      throw new IllegalStateException(e.getMessage(), e);
    }
    int ready = poll.ready(0);
    if ((ready & Poll.ERR) != 0) {
      onError.run();
    }
    return (ready & events) != 0;
  }
}
