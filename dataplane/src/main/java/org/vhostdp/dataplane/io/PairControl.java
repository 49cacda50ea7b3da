package org.vhostdp.dataplane.io;

import java.util.concurrent.Callable;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeoutException;
import org.vhostdp.dataplane.net.ReceivePath;
import org.vhostdp.dataplane.net.TransmitPath;
import org.vhostdp.spi.Wakeup;

/**
 * A control thread's hold on one queue pair. Every method is a command to the IO thread and returns
 * when that thread has carried it out between two turns: afterwards it touches nothing of what was
 * detached.
 *
 * <p>A pair whose driver hangs is lost for good ({@link #hung}): no thread runs it any more, and
 * every command fails at once, but its paths can be detached.
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

  /** Who runs it; the same object when a substitute does. */
  public IoThread thread() {
    return thread;
  }

  /**
   * Whether a driver's call on one of this pair's turns did not return in time. Then it is never
   * run again: make another QueuePair.
   */
  public boolean hung() {
    return pair.hung();
  }

  /**
   * Done when the driver's call has returned, perhaps never; at once if the pair does not hang.
   * Until then the driver may still use what is its own and what was given to it, so these must
   * stay: its port open; its descriptors; memory of stages and guest memory that was lent to it,
   * mapped. The rings, other guest memory, kick and call are nobody's any more once the paths were
   * detached. Dependent actions may run on the thread that hung, which ends then.
   */
  public CompletionStage<Void> abandoned() {
    return pair.abandoned();
  }

  /**
   * Wakes the pair if it is parked: it is run in the next turn. To be called on its IO thread, by
   * whoever put frames there for it, on the turn of another pair; costs nothing.
   */
  public Runnable waker() {
    return pair::summon;
  }

  /**
   * Gives the pair its share of the IO thread's turns.
   *
   * @param priority 0 is the highest: a pair has turns only while no pair of a higher priority has
   *     work, but at least one in 64
   * @param weight most turns in a row while it has full bursts of work, 1 to 64
   * @throws IoStuck also if the numbers make no sense
   */
  public void share(int priority, int weight) throws IoStuck {
    call(
        () -> {
          pair.share(priority, weight);
          return null;
        });
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
            pair.attach(path, driver, kick, thread.watches());
            return null;
          });
    } catch (IoStuck e) {
      if (mayBeHalfDone(e)) {
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
            pair.attach(path, driver, kick, thread.watches());
            return null;
          });
    } catch (IoStuck e) {
      if (mayBeHalfDone(e)) {
        detachReceive();
      }
      throw e;
    }
  }

  /** Nothing of what failed half way may stay behind in memory soon unmapped. */
  private boolean mayBeHalfDone(IoStuck e) {
    return !(e.getCause() instanceof TimeoutException) && !pair.hung();
  }

  /**
   * Takes the transmit path out of service; null if there was none. That of a pair that hangs was
   * abandoned by now.
   *
   * @throws IoStuck if the thread does not answer
   */
  public TransmitPath detachTransmit() throws IoStuck {
    return pair.hung() ? pair.takeTransmit() : call(pair::detachTransmit);
  }

  /** Takes the receive path out of service; null if there was none. As for transmit. */
  public ReceivePath detachReceive() throws IoStuck {
    return pair.hung() ? pair.detachReceive() : call(pair::endReceive);
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
   * @throws IoStuck if it fails, or if the thread does not come to it in time; then it never will.
   *     At once if the pair hangs, also when it begins to hang meanwhile
   */
  public <T> T call(Callable<T> work) throws IoStuck {
    if (pair.hung()) {
      throw pair.stuck();
    }
    Command<T> command = new Command<>(pair, work);
    thread.submit(command);
    try {
      return command.await(SECONDS);
    } catch (TimeoutException e) {
      throw new IoStuck(thread.name() + " has not answered for " + SECONDS + " s", e);
    } catch (ExecutionException e) {
      if (e.getCause() instanceof IoStuck stuck) {
        throw stuck;
      }
      throw new IoStuck(thread.name() + ": " + e.getCause().getMessage(), e.getCause());
    } catch (InterruptedException e) {
      command.giveUp();
      Thread.currentThread().interrupt();
      throw new IoStuck("interrupted while waiting for " + thread.name(), e);
    }
  }
}
