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

  /** In between, once another watch had the same descriptor in this set; else null. */
  private Epoll between;

  private boolean wanted;
  private boolean ended;

  /**
   * A kick's descriptor is edge triggered and always watched, so that kicks that come while polling
   * cost no call. A driver's is level triggered and in the set only while its pair is parked: the
   * kernel goes through an epoll set that has a descriptor each time something happens to it, with
   * an interest of nothing too, which costs more than most frames do.
   */
  Watch(WatchSet set, Epoll epoll, QueuePair pair, int fd, int events, boolean drained, int tag)
      throws LinuxException {
    this.set = set;
    this.epoll = epoll;
    this.pair = pair;
    this.fd = fd;
    this.events = drained ? events | Epoll.EDGE : events;
    this.drained = drained;
    this.tag = tag;
    add();
    wanted = true;
    want(drained);
  }

  /** Adds the descriptor, or an epoll set of its own with nothing else in it. */
  private void add() throws LinuxException {
    if (between != null) {
      between.add(fd, events, tag);
      return;
    }
    try {
      epoll.add(fd, events, tag);
    } catch (LinuxException e) {
      if (e.errno() != Errno.EEXIST) {
        throw e;
      }
      between = inBetween();
    }
  }

  private Epoll inBetween() throws LinuxException {
    Epoll own = Epoll.create(1);
    try {
      own.add(fd, events, tag);
      epoll.add(own.fd().raw(), drained ? Epoll.IN | Epoll.EDGE : Epoll.IN, tag);
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
    if (now) {
      add();
    } else {
      (between == null ? epoll : between).remove(fd);
    }
    wanted = now;
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
