package org.vhostdp.dataplane.io;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

/**
 * Who may touch what an IO thread runs. The thread does, but for the time that it spends inside a
 * driver's call: there the watchdog may seize everything, and the thread finds out when the call
 * returns, before it has touched anything.
 *
 * <p>One word: even outside of calls, odd inside of one, each call a number of its own, or {@link
 * #SEIZED}. The thread leaves a call by a compare-and-set from this call's number, the watchdog
 * seizes by one from the number that it saw for too long, so exactly one of both succeeds. If it is
 * the watchdog, it sees all that the thread wrote before the call, as the number was stored with
 * release and is read by the compare-and-set; and the thread, however late the call returns, gets
 * {@link Lost} thrown in the face. If it is the thread, nothing has happened. What the driver does
 * inside the call cannot be stopped: frames, its own memory and what was lent to it are in its
 * hands until then.
 *
 * <p>A second word numbers the turns, only to be looked at.
 */
final class Lease {
  /** Everything was taken away while this thread was in a call: it must touch nothing any more. */
  static final class Lost extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private Lost() {
      super("the call took too long and its thread was replaced", null, false, false);
    }
  }

  private static final Lost LOST = new Lost();
  private static final long SEIZED = -1;
  private static final VarHandle WORDS = MethodHandles.arrayElementVarHandle(long[].class);

  /** The words stand alone in their cache lines: they are written each turn. */
  private static final int CALL = 16;

  private static final int TURN = CALL + 1;

  private final long[] words = new long[2 * CALL + 2];
  private QueuePair pair;
  private Command<?> command;
  private Hang where;
  private boolean lost;

  /** The lease of the thread that asks, or null if it is no IO thread. */
  static Lease mine() {
    return Thread.currentThread() instanceof LoopThread thread ? thread.lease() : null;
  }

  /**
   * Begins a turn. The owner.
   *
   * @param pair whose, or null for a command of nobody
   * @param command what is carried out, or null for a turn of frames
   */
  void begin(QueuePair pair, Command<?> command) {
    this.pair = pair;
    this.command = command;
    // Odd also after a turn whose end was skipped, by an error that came late.
    WORDS.setOpaque(words, TURN, (words[TURN] + 1) | 1);
  }

  /**
   * Ends a turn. The owner.
   *
   * @throws Lost if it was thrown in this turn and did not get here
   */
  void end() {
    if (lost) {
      throw LOST;
    }
    WORDS.setOpaque(words, TURN, words[TURN] + 1);
  }

  /**
   * Goes into a driver's call. The owner.
   *
   * @return the call's number, for {@link #leave}
   */
  long enter(Hang into) {
    where = into;
    long call = words[CALL] + 1;
    WORDS.setRelease(words, CALL, call);
    return call;
  }

  /**
   * Comes back from a driver's call. The owner.
   *
   * @throws Lost if it is the owner no more
   */
  void leave(long call) {
    if (!WORDS.compareAndSet(words, CALL, call, call + 1)) {
      lost = true;
      throw LOST;
    }
  }

  /** The call's word now. Any thread. */
  long call() {
    return (long) WORDS.getAcquire(words, CALL);
  }

  /** The turn's word now, for the log. Any thread. */
  long turn() {
    return (long) WORDS.getOpaque(words, TURN);
  }

  /** Whether a word stands for a call or a turn that runs. */
  static boolean running(long word) {
    return word > 0 && (word & 1) != 0;
  }

  /** Takes everything away from a thread inside a call; false if it has returned. Any thread. */
  boolean seize(long call) {
    return WORDS.compareAndSet(words, CALL, call, SEIZED);
  }

  /** Whose turn it was when it was seized; or null. Who seized. */
  QueuePair pair() {
    return pair;
  }

  /** The command of that turn, or null. Who seized. */
  Command<?> command() {
    return command;
  }

  /** What is called. Who seized. */
  Hang where() {
    return where;
  }
}
