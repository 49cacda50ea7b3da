package org.vhostdp.dataplane.io;

import java.util.ArrayList;
import java.util.List;
import org.vhostdp.linux.Epoll;
import org.vhostdp.linux.EventFd;
import org.vhostdp.linux.LinuxException;

/**
 * The descriptors that an IO thread sleeps on: those of its pairs and one to wake it. A substitute
 * thread takes the set over as it is. It belongs to whoever has the thread's {@link Lease}.
 */
final class WatchSet implements AutoCloseable {
  private static final int MAX_EVENTS = 64;
  private static final long WAKE_TAG = -1;

  private final Epoll epoll;
  private final EventFd wake;
  private final List<Watch> watches = new ArrayList<>();

  WatchSet() throws LinuxException {
    epoll = Epoll.create(MAX_EVENTS);
    try {
      wake = EventFd.create();
    } catch (LinuxException e) {
      epoll.close();
      throw e;
    }
    try {
      epoll.add(wake.fd().raw(), Epoll.IN | Epoll.EDGE, WAKE_TAG);
    } catch (LinuxException e) {
      close();
      throw e;
    }
  }

  /** Watches a descriptor for a pair; one below 0 gives a watch of nothing, null. */
  Watch watch(QueuePair pair, int fd, int events, boolean drained) throws LinuxException {
    if (fd < 0) {
      return null;
    }
    int tag = watches.indexOf(null);
    if (tag < 0) {
      tag = watches.size();
      watches.add(null);
    }
    Watch watch = new Watch(this, epoll, pair, fd, events, drained, tag);
    watches.set(tag, watch);
    return watch;
  }

  static void forget(Watch watch) {
    if (watch != null) {
      watch.remove();
    }
  }

  /** The place of a watch that has ended. */
  void free(Watch watch) {
    if (watches.get(watch.tag()) == watch) {
      watches.set(watch.tag(), null);
    }
  }

  /** Wakes the thread that waits. Any thread. */
  void wake() {
    wake.signal();
  }

  /** Waits for events, with -1 without limit; how many there are. The IO thread. */
  int await(int millis) {
    return epoll.await(millis);
  }

  /** The watch of an event; null if it was to wake, or its watch has ended. The IO thread. */
  Watch ready(int event) {
    long tag = epoll.tag(event);
    if (tag == WAKE_TAG) {
      wake.drain();
      return null;
    }
    return tag < watches.size() ? watches.get((int) tag) : null;
  }

  /** What an event says. The IO thread. */
  int events(int event) {
    return epoll.events(event);
  }

  /** Nobody waits any more. */
  @Override
  public void close() {
    epoll.close();
    wake.close();
  }
}
