package org.vhostdp.driver.mdev.virtio;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.function.BooleanSupplier;
import org.vhostdp.linux.CallState;
import org.vhostdp.linux.EventFd;
import org.vhostdp.spi.Wakeup;

/**
 * A queue's MSI-X vector as an eventfd. The device interrupts from {@link #arm} to the next burst
 * call, and not while somebody polls. The queue's IO thread.
 */
final class QueueWakeup implements Wakeup {
  private final CallState state = new CallState(Arena.ofAuto());
  private final MemorySegment scratch = Arena.ofAuto().allocate(64);
  private final EventFd event;
  private final Vring ring;
  private BooleanSupplier work = () -> false;
  private boolean armed;

  /**
   * @param event signalled by the queue's vector, or null if it has none
   */
  QueueWakeup(EventFd event, Vring ring) {
    this.event = event;
    this.ring = ring;
  }

  /** What to look at after arming. */
  void watch(BooleanSupplier hasWork) {
    work = hasWork;
  }

  /** A burst call begins. */
  void disarm() {
    if (armed) {
      armed = false;
      ring.interrupts(false);
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
    ring.interrupts(true);
    return work.getAsBoolean();
  }
}
