package org.vhostdp.dataplane.io;

import org.vhostdp.linux.Epoll;
import org.vhostdp.linux.LinuxException;

/** A descriptor in an IO thread's epoll set, with the interest it has there now. */
final class Watch {
  /** Same as {@link Epoll#IN}. */
  static final int READABLE = Epoll.IN;

  private final Epoll epoll;
  private final int fd;
  private final int events;
  private final boolean drained;
  private final long tag;
  private final QueuePair pair;
  private boolean wanted;
  private boolean lost;

  Watch(Epoll epoll, QueuePair pair, int fd, int events, boolean drained, long tag)
      throws LinuxException {
    this.epoll = epoll;
    this.pair = pair;
    this.fd = fd;
    this.events = events;
    this.drained = drained;
    this.tag = tag;
    this.wanted = drained;
    // A driver's descriptor is level triggered and watched only while its pair is parked; a kick's
    // is edge triggered and always watched, so that kicks that come while polling cost no call.
    epoll.add(fd, drained ? events | Epoll.EDGE : 0, tag);
  }

  QueuePair pair() {
    return pair;
  }

  long tag() {
    return tag;
  }

  /** Whether what is readable is only a signal, to be read away. */
  boolean drained() {
    return drained;
  }

  int fd() {
    return fd;
  }

  /** Watches or not; a call only on a change. */
  void want(boolean now) throws LinuxException {
    if (now != wanted && !lost) {
      wanted = now;
      epoll.modify(fd, now ? events : 0, tag);
    }
  }

  /** As {@link #want(boolean)}, of a watch that may be of nothing. */
  static void want(Watch watch, boolean now) throws LinuxException {
    if (watch != null) {
      watch.want(now);
    }
  }

  /**
   * The descriptor reports an error or a hang-up, and would for ever: it is watched no more. What
   * it belonged to is gone; whoever watches the device will say so.
   */
  void lose() {
    lost = true;
    epoll.remove(fd);
  }

  void remove() {
    if (!lost) {
      epoll.remove(fd);
    }
  }
}
