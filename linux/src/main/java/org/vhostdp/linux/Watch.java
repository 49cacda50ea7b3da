package org.vhostdp.linux;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import org.vhostdp.linux.generated.Libc;
import org.vhostdp.linux.generated.epoll_event;

/**
 * An epoll instance that watches one descriptor from time to time: its own descriptor is readable
 * while the watched one is ready, and never while none is watched. For queues whose descriptor
 * would wake somebody for each frame that comes while nobody sleeps.
 *
 * <p>Hot path: {@link #watch} and {@link #forget} do not allocate and do not throw for what the
 * kernel refuses. One thread at a time.
 */
public final class Watch implements AutoCloseable {
  private final Arena arena = Arena.ofAuto();
  private final CallState state = new CallState(arena);
  private final MemorySegment event = arena.allocate(epoll_event.sizeof(), Long.BYTES);
  private final Epoll epoll;
  private int watched = -1;

  private Watch(Epoll epoll, int events) {
    this.epoll = epoll;
    event.set(ValueLayout.JAVA_INT_UNALIGNED, epoll_event.events$offset(), events);
  }

  /**
   * A new instance, close-on-exec, that watches nothing.
   *
   * @param events a set of {@link Epoll#IN}, {@link Epoll#OUT}, {@link Epoll#EDGE}
   */
  public static Watch create(int events) throws LinuxException {
    return new Watch(Epoll.create(1), events);
  }

  /**
   * Watches a descriptor, instead of what was watched before. The kernel looks at it at once.
   *
   * @return false if the kernel refuses; nothing is watched then
   */
  public boolean watch(int fd) {
    if (watched == fd) {
      return true;
    }
    forget();
    int add = Libc.EPOLL_CTL_ADD();
    if (EventCalls.epollControl(state, epoll.fd().raw(), add, fd, event.address()) < 0) {
      return false;
    }
    watched = fd;
    return true;
  }

  /** Watches nothing. Call it before the watched descriptor is closed. */
  public void forget() {
    if (watched >= 0) {
      int delete = Libc.EPOLL_CTL_DEL();
      EventCalls.epollControl(state, epoll.fd().raw(), delete, watched, event.address());
      watched = -1;
    }
  }

  /**
   * What is ready now, without waiting: a set of {@link Epoll#IN}, {@link Epoll#OUT}, {@link
   * Epoll#ERR}; 0 if nothing is.
   */
  public int ready() {
    return epoll.await(0) > 0 ? epoll.events(0) : 0;
  }

  /** The descriptor to sleep on, the same until closed. */
  public int fd() {
    return epoll.fd().raw();
  }

  /** Closes its own descriptor; again does nothing. What was watched stays open. */
  @Override
  public void close() {
    epoll.close();
  }
}
