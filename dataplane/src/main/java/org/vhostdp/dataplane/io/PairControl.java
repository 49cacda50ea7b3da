package org.vhostdp.dataplane.io;

import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import org.vhostdp.dataplane.net.ReceivePath;
import org.vhostdp.dataplane.net.TransmitPath;
import org.vhostdp.spi.Wakeup;

/**
 * A control thread's hold on one queue pair. Every method is a command to the IO thread and returns
 * when that thread has carried it out between two turns: afterwards it touches nothing of what was
 * detached.
 */
public final class PairControl {
  /** An IO thread that answers no command for so long is stuck in a driver. */
  private static final long SECONDS = 10;

  private final IoThread thread;
  private final QueuePair pair;

  public PairControl(IoThread thread, QueuePair pair) {
    this.thread = thread;
    this.pair = pair;
  }

  public IoThread thread() {
    return thread;
  }

  /**
   * Puts a transmit path into service.
   *
   * @param kick the guest's kick descriptor, or -1: then the ring is polled only when woken
   * @throws IoStuck if the thread does not answer or the descriptor cannot be watched
   */
  public void attach(TransmitPath path, Wakeup driver, int kick) throws IoStuck {
    try {
      call(
          () -> {
            pair.attach(path, driver, kick, thread);
            return started();
          });
    } catch (IoStuck e) {
      if (!(e.getCause() instanceof TimeoutException)) {
        // It may have failed half way: nothing of it may stay behind in memory soon unmapped.
        detachTransmit();
      }
      throw e;
    }
  }

  /** Puts a receive path into service; as for transmit. */
  public void attach(ReceivePath path, Wakeup driver, int kick) throws IoStuck {
    try {
      call(
          () -> {
            pair.attach(path, driver, kick, thread);
            return started();
          });
    } catch (IoStuck e) {
      if (!(e.getCause() instanceof TimeoutException)) {
        // It may have failed half way: nothing of it may stay behind in memory soon unmapped.
        detachReceive();
      }
      throw e;
    }
  }

  private Object started() throws Exception {
    thread.add(pair);
    pair.unpark();
    return null;
  }

  /** Takes the transmit path out of service; null if there was none. */
  public TransmitPath detachTransmit() throws IoStuck {
    return call(
        () -> {
          TransmitPath path = pair.detachTransmit(thread);
          ended();
          return path;
        });
  }

  /** Takes the receive path out of service; null if there was none. */
  public ReceivePath detachReceive() throws IoStuck {
    return call(
        () -> {
          ReceivePath path = pair.detachReceive(thread);
          ended();
          return path;
        });
  }

  private void ended() {
    if (pair.empty()) {
      thread.remove(pair);
    }
  }

  /** Replaces the descriptors that interrupt the guest, of the paths in service. */
  public void interrupts(int transmit, int receive) throws IoStuck {
    call(
        () -> {
          if (pair.transmit() != null) {
            pair.transmit().interrupt(transmit);
          }
          if (pair.receive() != null) {
            pair.receive().interrupt(receive);
          }
          return null;
        });
  }

  /**
   * Runs something on the IO thread between two turns.
   *
   * @throws IoStuck if it fails, or if the thread does not come to it in time; then it never will
   */
  public <T> T call(Callable<T> work) throws IoStuck {
    CompletableFuture<T> answer = new CompletableFuture<>();
    AtomicBoolean taken = new AtomicBoolean();
    thread.submit(
        () -> {
          // Given up by its sender, who may have undone since what it works on.
          if (taken.getAndSet(true)) {
            return;
          }
          try {
            answer.complete(work.call());
          } catch (Exception | Error e) {
            answer.completeExceptionally(e);
          }
        });
    try {
      return await(answer, taken);
    } catch (TimeoutException e) {
      throw new IoStuck(thread.name() + " has not answered for " + SECONDS + " s", e);
    } catch (ExecutionException e) {
      throw new IoStuck(thread.name() + ": " + e.getCause().getMessage(), e.getCause());
    } catch (InterruptedException e) {
      taken.set(true);
      Thread.currentThread().interrupt();
      throw new IoStuck("interrupted while waiting for " + thread.name(), e);
    }
  }

  private static <T> T await(CompletableFuture<T> answer, AtomicBoolean taken)
      throws TimeoutException, ExecutionException, InterruptedException {
    try {
      return answer.get(SECONDS, TimeUnit.SECONDS);
    } catch (TimeoutException e) {
      if (taken.getAndSet(true)) {
        // It is being carried out just now.
        return answer.get(SECONDS, TimeUnit.SECONDS);
      }
      throw e;
    }
  }
}
