package org.vhostdp.driver.loopback;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.function.BooleanSupplier;
import org.vhostdp.linux.CallState;
import org.vhostdp.linux.EventFd;
import org.vhostdp.linux.LinuxException;
import org.vhostdp.spi.Wakeup;

/**
 * A wakeup over an eventfd. The owner arms: flag, fence, look again. Whoever makes work publishes
 * it, fences, and looks at the flag. One of the two sees the other, so no wakeup is lost; and an
 * owner that is awake costs the others no system call.
 */
final class Signal implements Wakeup {
  private static final VarHandle ARMED;

  static {
    try {
      ARMED = MethodHandles.lookup().findVarHandle(Signal.class, "armed", int.class);
    } catch (ReflectiveOperationException e) {
      throw new ExceptionInInitializerError(e);
    }
  }

  private final BooleanSupplier ready;
  private EventFd event;
  private CallState state;
  private MemorySegment scratch;
  private int fd = -1;
  private int armed;

  /** The owner's own note, so that a burst call need not read the shared flag. */
  private boolean mayBeArmed;

  /**
   * @param ready whether there is work; called by the owner after the flag is visible
   */
  Signal(BooleanSupplier ready) {
    this.ready = ready;
  }

  void open() throws LinuxException {
    EventFd created = EventFd.create();
    Arena arena = Arena.ofAuto();
    state = new CallState(arena);
    scratch = arena.allocate(64);
    armed = 0;
    mayBeArmed = false;
    event = created;
    fd = created.fd().raw();
  }

  void close() {
    if (event != null) {
      fd = -1;
      event.close();
      event = null;
    }
  }

  /** For the system calls of the queue's owner; null while closed. */
  CallState state() {
    return state;
  }

  @Override
  public int fd() {
    return fd;
  }

  @Override
  public boolean arm() {
    if (fd < 0) {
      return false;
    }
    // Takes back an old signal; one that is still on its way only wakes in vain.
    EventFd.drain(state, fd, scratch);
    mayBeArmed = true;
    ARMED.setOpaque(this, 1);
    VarHandle.fullFence();
    if (ready.getAsBoolean()) {
      disarm();
      return true;
    }
    return false;
  }

  /** The owner is awake; from now on the descriptor stays silent. */
  void disarm() {
    if (mayBeArmed) {
      mayBeArmed = false;
      ARMED.setOpaque(this, 0);
    }
  }

  /**
   * Wakes the owner if it armed. The work is published and a full fence stands in between.
   *
   * @param caller the calling thread's own state
   */
  void wake(CallState caller) {
    if ((int) ARMED.getOpaque(this) != 0 && (int) ARMED.getAndSet(this, 0) != 0) {
      EventFd.signal(caller, fd);
    }
  }

  /** As above, from a control thread. */
  void wake() {
    VarHandle.fullFence();
    if ((int) ARMED.getAndSet(this, 0) != 0 && event != null) {
      event.signal();
    }
  }
}
