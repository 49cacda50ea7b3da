package org.vhostdp.dataplane.stage;

import org.vhostdp.spi.RxQueue;

/**
 * A stage on the way from the driver. One IO thread; never blocks or allocates.
 *
 * <p>{@link #receive} is called only when all that it gave before was released; so is that of the
 * queue below, by the stage. Between two calls a stage may hold frames, in bounded memory of its
 * own; as soon as the queue below has nothing more, it gives what it holds.
 */
public interface RxStage extends RxQueue {
  /** Drops and counts what is held, and gives back what was lent, here and below. */
  void discard();

  /**
   * Closes what the stage itself opened, such as a timer. Control thread, after the queue's end.
   */
  default void close() {}
}
