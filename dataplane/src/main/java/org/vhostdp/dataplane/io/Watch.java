package org.vhostdp.dataplane.io;

import org.vhostdp.linux.Epoll;
import org.vhostdp.linux.Errno;
import org.vhostdp.linux.LinuxException;

/**
 * A descriptor in an IO thread's epoll set, with the interest it has there now. It belongs to
 * whoever has the thread's {@link Lease}.
 */
final class Watch {
  /** Same as {@link Epoll#IN}. */
  static final int READABLE = Epoll.IN;

  private final WatchSet set;
  private final Epoll epoll;
  private final QueuePair pair;
  private final int fd;
  private final int events;
  private final boolean drained;
  private final int tag;

  /** In between, if another watch has the same descriptor in this set already; else null. */
  private final Epoll between;

  private boolean wanted;
  private boolean ended;

  Watch(WatchSet set, Epoll epoll, QueuePair pair, int fd, int events, boolean drained, int tag)
      throws LinuxException {
    this.set = set;
    this.epoll = epoll;
    this.pair = pair;
    this.fd = fd;
    this.events = events;
    this.drained = drained;
    this.tag = tag;
    this.wanted = drained;
    // A driver's descriptor is level triggered and watched only while its pair is parked; a kick's
    // is edge triggered and always watched, so that kicks that come while polling cost no call.
    this.between = add(drained ? events | Epoll.EDGE : 0);
  }

  /** Adds the descriptor, or an epoll set of its own with nothing else in it. */
  private Epoll add(int interest) throws LinuxException {
    try {
      epoll.add(fd, interest, tag);
      return null;
    } catch (LinuxException e) {
      if (e.errno() != Errno.EEXIST) {
        throw e;
      }
    }
    Epoll own = Epoll.create(1);
    try {
      own.add(fd, drained ? events | Epoll.EDGE : events, tag);
      epoll.add(own.fd().raw(), drained ? Epoll.IN | Epoll.EDGE : 0, tag);
      return own;
    } catch (LinuxException | RuntimeException e) {
      own.close();
      throw e;
    }
  }

  QueuePair pair() {
    return pair;
  }

  int tag() {
    return tag;
  }

  /** Whether what is readable is only a signal, to be read away. */
  boolean drained() {
    return drained;
  }

  int fd() {
    return fd;
  }

  /** What happened to the descriptor itself, given what the set says. The IO thread. */
  int happened(int reported) {
    if (between == null) {
      return reported;
    }
    return between.await(0) > 0 ? between.events(0) : 0;
  }

  /** Watches or not; a call only on a change. */
  void want(boolean now) throws LinuxException {
    if (now == wanted || ended) {
      return;
    }
    wanted = now;
    if (between == null) {
      epoll.modify(fd, now ? events : 0, tag);
    } else {
      epoll.modify(between.fd().raw(), now ? Epoll.IN : 0, tag);
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
    if (ended) {
      return;
    }
    ended = true;
    if (between == null) {
      epoll.remove(fd);
    } else {
      between.close();
    }
  }

  /** Ends it and its place in the set. */
  void remove() {
    lose();
    set.free(this);
  }
}
