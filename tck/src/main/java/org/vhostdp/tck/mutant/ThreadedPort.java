package org.vhostdp.tck.mutant;

import java.util.concurrent.CountDownLatch;
import org.vhostdp.spi.DriverException;
import org.vhostdp.spi.Port;

/** A port that keeps a thread of its own from its third start to its close. */
final class ThreadedPort extends SamePort {
  private static final int STARTS = 3;

  private final CountDownLatch closed = new CountDownLatch(1);
  private int starts;

  ThreadedPort(Port sound) {
    super(sound);
  }

  @Override
  public void start() throws DriverException {
    port.start();
    if (++starts == STARTS) {
      Thread thread = new Thread(this::idle, "mutant");
      thread.setDaemon(true);
      thread.start();
    }
  }

  private void idle() {
    try {
      closed.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  @Override
  public void close() {
    closed.countDown();
    port.close();
  }
}
