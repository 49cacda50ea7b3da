package org.vhostdp.bench.latency;

import java.io.IOException;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.vhostdp.linux.Threads;

/** The thread that sends and receives, on a core of its own. */
final class ClientThread implements AutoCloseable {
  private final ExecutorService thread =
      Executors.newSingleThreadExecutor(
          work -> {
            Thread made = new Thread(work, "client");
            made.setDaemon(true);
            return made;
          });

  /**
   * Starts it.
   *
   * @throws IOException if this process may not use the core
   */
  ClientThread(int cpu) throws IOException, InterruptedException {
    if (!call(() -> Threads.pin(cpu))) {
      thread.shutdownNow();
      throw new IOException(
          "The client's thread cannot run on core "
              + cpu
              + ": give this process two cores (see taskset).");
    }
  }

  /** Does something on it and waits for the result. */
  <T> T call(Callable<T> work) throws IOException, InterruptedException {
    try {
      return thread.submit(work).get();
    } catch (ExecutionException e) {
      Throwable cause = e.getCause();
      throw new IOException(
          cause.getMessage() == null ? cause.toString() : cause.getMessage(), cause);
    }
  }

  @Override
  public void close() {
    thread.shutdownNow();
  }
}
