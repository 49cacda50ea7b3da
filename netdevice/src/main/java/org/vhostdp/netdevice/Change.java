package org.vhostdp.netdevice;

import java.util.ArrayDeque;
import java.util.Deque;
import org.vhostdp.spi.DriverException;

/**
 * What has been done so far of a change that must happen as a whole or not at all. One thread; used
 * once.
 */
public final class Change {
  /** Takes one step back. */
  public interface Step {
    void run() throws DriverException;
  }

  private final Deque<Step> done = new ArrayDeque<>();

  /** Nothing is done yet. */
  public Change() {}

  /** Tells how to undo what was just done, or is about to be done and may be done in part. */
  public void undo(Step step) {
    done.push(step);
  }

  /** Undoes everything, last first; what fails meanwhile is attached to the cause. */
  public void revert(Exception cause) {
    while (!done.isEmpty()) {
      try {
        done.pop().run();
      } catch (DriverException | RuntimeException e) {
        cause.addSuppressed(e);
      }
    }
  }
}
