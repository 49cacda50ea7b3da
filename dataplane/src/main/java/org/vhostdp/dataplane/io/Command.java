package org.vhostdp.dataplane.io;

import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;

/** Something that an IO thread is asked to do between two turns, once at most. */
final class Command<T> {
  private final QueuePair pair;
  private final Callable<T> work;
  private final CompletableFuture<T> answer = new CompletableFuture<>();
  private final AtomicBoolean taken = new AtomicBoolean();

  /**
   * @param pair what it works on, or null
   * @param work what to do, on the IO thread
   */
  Command(QueuePair pair, Callable<T> work) {
    this.pair = pair;
    this.work = work;
  }

  QueuePair pair() {
    return pair;
  }

  /** Does it, unless its sender has given it up, who may have undone since what it works on. */
  void run() {
    if (taken.getAndSet(true)) {
      return;
    }
    try {
      answer.complete(work.call());
    } catch (Lease.Lost e) {
      throw e;
    } catch (Exception | Error e) {
      answer.completeExceptionally(e);
    }
  }

  /** Answers with a failure, done or not. */
  void refuse(IoStuck why) {
    taken.set(true);
    answer.completeExceptionally(why);
  }

  /** Never does it, unless it is done already. */
  void giveUp() {
    taken.set(true);
  }

  /** Waits; a command that is just being carried out is waited for once more. */
  T await(long seconds) throws TimeoutException, ExecutionException, InterruptedException {
    try {
      return answer.get(seconds, TimeUnit.SECONDS);
    } catch (TimeoutException e) {
      if (taken.getAndSet(true)) {
        return answer.get(seconds, TimeUnit.SECONDS);
      }
      throw e;
    }
  }
}
