package org.vhostdp.driver.mdev.nic;

import java.lang.foreign.Arena;
import org.vhostdp.linux.CallState;
import org.vhostdp.linux.EventFd;
import org.vhostdp.linux.LinuxException;
import org.vhostdp.spi.DriverException;
import org.vhostdp.spi.DriverException.Reason;

/**
 * How a queue that finds its device lying tells the control thread: the queue's number and what was
 * wrong, once. Nothing is allocated, since whoever makes a device lie could do so at any rate.
 */
public final class Alarm implements AutoCloseable {
  private final EventFd event;
  private volatile Lie lie;

  /** What a queue saw. */
  public record Lie(int queue, String what) {}

  /**
   * @throws DriverException if the process has no descriptor left
   */
  public Alarm() throws DriverException {
    try {
      event = EventFd.create();
    } catch (LinuxException e) {
      throw new DriverException(Reason.RESOURCES, e.getMessage(), "", e);
    }
  }

  /** An alarm of one queue. */
  public Bell bell(int queue) {
    return new Bell(queue);
  }

  /** What was told first; null if nothing was. */
  public Lie lie() {
    return lie;
  }

  /** Forgets what was told; control threads, while the queues stand still. */
  public void reset() {
    lie = null;
  }

  /** Readable after something was told. Interrupts may signal it too. */
  public EventFd event() {
    return event;
  }

  @Override
  public void close() {
    event.close();
  }

  /** A queue's own way to tell; its IO thread. */
  public final class Bell {
    private final CallState state = new CallState(Arena.ofAuto());
    private final int queue;

    private Bell(int queue) {
      this.queue = queue;
    }

    /**
     * Tells, unless something was told already.
     *
     * @param what a constant: the end of a sentence
     */
    public void ring(String what) {
      if (lie == null) {
        lie = new Lie(queue, what);
        EventFd.signal(state, event.fd().raw());
      }
    }
  }
}
