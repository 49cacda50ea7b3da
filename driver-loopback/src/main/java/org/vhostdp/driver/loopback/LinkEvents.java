package org.vhostdp.driver.loopback;

import java.util.ArrayDeque;
import org.vhostdp.linux.EventFd;
import org.vhostdp.linux.LinuxException;
import org.vhostdp.spi.PortEvents;
import org.vhostdp.spi.Wakeup;

/** Link changes of one port, kept until they are polled. Any thread. */
final class LinkEvents implements PortEvents, Wakeup {
  /** A host that never polls loses the oldest pairs of up and down, not the process its memory. */
  private static final int MOST = 64;

  private final ArrayDeque<Integer> pending = new ArrayDeque<>();
  private EventFd event;
  private String detail = "";
  private boolean up;
  private boolean removed;

  LinkEvents(boolean up) {
    this.up = up;
  }

  synchronized void open() throws LinuxException {
    event = EventFd.create();
  }

  synchronized void close() {
    if (event != null) {
      event.close();
      event = null;
    }
  }

  /** The state that the port starts with; not an event. */
  synchronized void initial(boolean linkUp) {
    up = linkUp;
  }

  synchronized void changed(boolean linkUp) {
    if (up == linkUp || removed) {
      return;
    }
    up = linkUp;
    if (pending.size() == MOST) {
      pending.remove();
      pending.remove();
    }
    add(linkUp ? LINK_UP : LINK_DOWN);
  }

  /** The wire is gone: the last event of this port. */
  synchronized void removed() {
    up = false;
    removed = true;
    add(REMOVED);
  }

  private void add(int kind) {
    pending.add(kind);
    if (event != null) {
      event.signal();
    }
  }

  @Override
  public synchronized int next() {
    if (pending.isEmpty()) {
      return NONE;
    }
    int kind = pending.remove();
    detail =
        switch (kind) {
          case LINK_UP -> "The wire's other end was opened.";
          case LINK_DOWN -> "The other end was closed.";
          default -> "The wire was removed.";
        };
    return kind;
  }

  @Override
  public synchronized String detail() {
    return detail;
  }

  @Override
  public synchronized boolean linkUp() {
    return up;
  }

  @Override
  public Wakeup wakeup() {
    return this;
  }

  @Override
  public synchronized int fd() {
    return event == null ? -1 : event.fd().raw();
  }

  @Override
  public synchronized boolean arm() {
    if (event != null) {
      event.drain();
    }
    return !pending.isEmpty();
  }
}
