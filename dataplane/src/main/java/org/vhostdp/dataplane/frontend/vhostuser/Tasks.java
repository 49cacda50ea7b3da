package org.vhostdp.dataplane.frontend.vhostuser;

import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.vhostdp.dataplane.port.Refusal;
import org.vhostdp.linux.EventFd;

/** Work that other threads give a port's control thread, and wait for. */
final class Tasks {
  private static final int SECONDS = 30;

  private final ConcurrentLinkedQueue<FutureTask<?>> asked = new ConcurrentLinkedQueue<>();
  private final EventFd wake;

  /**
   * @param wake wakes the control thread; stays the caller's
   */
  Tasks(EventFd wake) {
    this.wake = wake;
  }

  /** Has something done, and waits for it. Any thread but the control thread. */
  <T> T ask(Callable<T> work) throws Refusal {
    FutureTask<T> task = new FutureTask<>(work);
    asked.add(task);
    wake.signal();
    try {
      return task.get(SECONDS, TimeUnit.SECONDS);
    } catch (ExecutionException e) {
      throw e.getCause() instanceof Refusal refusal
          ? new Refusal(refusal.getMessage(), refusal)
          : new Refusal("it failed: " + e.getCause(), e);
    } catch (TimeoutException e) {
      task.cancel(false);
      throw new Refusal("the port does not answer", e);
    } catch (InterruptedException e) {
      task.cancel(false);
      Thread.currentThread().interrupt();
      throw new Refusal("interrupted", e);
    }
  }

  /** Does what was asked. The control thread. */
  void run() {
    FutureTask<?> task;
    while ((task = asked.poll()) != null) {
      task.run();
    }
  }
}
