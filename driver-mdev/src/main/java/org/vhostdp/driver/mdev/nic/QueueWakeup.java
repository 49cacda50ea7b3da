package org.vhostdp.driver.mdev.nic;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.function.BooleanSupplier;
import org.vhostdp.linux.CallState;
import org.vhostdp.linux.EventFd;
import org.vhostdp.spi.Wakeup;

/**
 * A queue's interrupt as an eventfd. The device interrupts from {@link #arm} to the next burst
 * call, and not while somebody polls. The queue's IO thread.
 */
public final class QueueWakeup implements Wakeup {
  /** How a queue's device is told whether it may interrupt; its IO thread. */
  public interface Interrupts {
    void allow(boolean on);
  }

  private final CallState state = new CallState(Arena.ofAuto());
  private final MemorySegment scratch = Arena.ofAuto().allocate(64);
  private final EventFd event;
  private final Interrupts interrupts;
  private BooleanSupplier work = () -> false;
  private boolean armed;

  /**
   * @param event signalled by the queue's interrupt, or null if it has none
   * @param interrupts lets the device interrupt, or not
   */
  public QueueWakeup(EventFd event, Interrupts interrupts) {
    this.event = event;
    this.interrupts = interrupts;
  }

  /** What to look at after arming. */
  public void watch(BooleanSupplier hasWork) {
    work = hasWork;
  }

  /** A burst call begins. */
  public void disarm() {
    if (armed) {
      armed = false;
      interrupts.allow(false);
    }
  }

  @Override
  public int fd() {
    return event == null ? -1 : event.fd().raw();
  }

  @Override
  public boolean arm() {
    if (event == null) {
      return false;
    }
    // The order matters: what was signalled before is taken back, then the device is told, then the
    // ring is looked at. What the device uses after that look signals anew.
    EventFd.drain(state, event.fd().raw(), scratch);
    armed = true;
    interrupts.allow(true);
    return work.getAsBoolean();
  }
}
