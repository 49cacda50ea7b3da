package org.vhostdp.bench.drivers;

import java.io.IOException;
import java.util.ArrayDeque;
import java.util.Deque;

/**
 * Steps that undo what a measurement has set up: taken once, the last one first, when it is closed
 * or when the JVM ends by a signal, whichever comes first.
 */
final class Teardown implements AutoCloseable {
  /** Undoes something. */
  @FunctionalInterface
  interface Step {
    void take() throws IOException;
  }

  private final Deque<Step> steps = new ArrayDeque<>();
  private final Thread hook = new Thread(this::atExit, "teardown");
  private boolean closed;

  Teardown() {
    Runtime.getRuntime().addShutdownHook(hook);
  }

  /** Adds a step; takes it at once if the others have been taken already. */
  synchronized void add(Step step) throws IOException {
    if (closed) {
      step.take();
      throw new IOException("The run is being ended.");
    }
    steps.push(step);
  }

  private void atExit() {
    try {
      takeAll();
    } catch (IOException e) {
      System.err.println("bench: " + e.getMessage());
    }
    // Something may have been about to start.
    ProcessHandle.current().descendants().forEach(ProcessHandle::destroy);
  }

  /** Takes all steps, also after one that failed. */
  private synchronized void takeAll() throws IOException {
    closed = true;
    IOException failure = null;
    while (!steps.isEmpty()) {
      try {
        steps.pop().take();
      } catch (IOException e) {
        if (failure != null) {
          e.addSuppressed(failure);
        }
        failure = e;
      }
    }
    if (failure != null) {
      throw failure;
    }
  }

  @Override
  public void close() throws IOException {
    try {
      takeAll();
    } finally {
      forgetHook();
    }
  }

  private void forgetHook() {
    try {
      Runtime.getRuntime().removeShutdownHook(hook);
    } catch (IllegalStateException e) {
      // The JVM is ending: the hook has run, or finds nothing left.
      return;
    }
  }
}
