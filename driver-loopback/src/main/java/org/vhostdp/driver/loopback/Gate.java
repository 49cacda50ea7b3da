package org.vhostdp.driver.loopback;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.concurrent.locks.LockSupport;

/**
 * Lets a control thread wait until an IO thread no longer uses what it has just unpublished. The IO
 * thread enters, reads the published reference, uses it and leaves; the control thread clears the
 * reference and awaits. One IO thread; it never waits.
 */
final class Gate {
  private static final VarHandle PASSES;

  static {
    try {
      PASSES = MethodHandles.lookup().findVarHandle(Gate.class, "passes", long.class);
    } catch (ReflectiveOperationException e) {
      throw new ExceptionInInitializerError(e);
    }
  }

  /** Odd while the IO thread is inside. */
  private long passes;

  void enter() {
    PASSES.setOpaque(this, passes + 1);
    // Entering must be visible before the reference is read; the other half is in await.
    VarHandle.fullFence();
  }

  void leave() {
    // Everything done inside happens before whoever sees this.
    PASSES.setRelease(this, passes + 1);
  }

  /** Returns once the IO thread has left, if it was inside. The reference is already cleared. */
  void await() {
    VarHandle.fullFence();
    long seen = (long) PASSES.getAcquire(this);
    if ((seen & 1) == 0) {
      return;
    }
    while ((long) PASSES.getAcquire(this) == seen) {
      LockSupport.parkNanos(10_000);
    }
  }
}
