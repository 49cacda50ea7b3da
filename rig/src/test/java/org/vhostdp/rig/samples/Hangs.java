package org.vhostdp.rig.samples;

import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Never ends, and is deaf to interrupts; run in a guest only. */
@Tag("rig-hangs")
public final class Hangs {
  /** For JUnit. */
  public Hangs() {}

  @Test
  @SuppressWarnings("InfiniteLoopStatement")
  void hangs() {
    for (; ; ) {
      LockSupport.parkNanos(10_000_000);
    }
  }
}
