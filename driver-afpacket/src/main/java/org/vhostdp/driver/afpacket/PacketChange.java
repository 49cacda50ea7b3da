package org.vhostdp.driver.afpacket;

import java.util.ArrayDeque;
import java.util.Deque;
import org.vhostdp.spi.DriverException;

/** What has been done so far of a change that must happen as a whole or not at all. */
final class PacketChange {
  /** Takes one step back. */
  interface Step {
    void run() throws DriverException;
  }

  private final Deque<Step> done = new ArrayDeque<>();

  /** Tells how to undo what was just done. */
  void undo(Step step) {
    done.push(step);
  }

  /** Undoes everything, last first; what fails meanwhile is attached to the cause. */
  void revert(Exception cause) {
    while (!done.isEmpty()) {
      try {
        done.pop().run();
      } catch (DriverException | RuntimeException e) {
        cause.addSuppressed(e);
      }
    }
  }
}
