package org.vhostdp.dataplane.stage;

import org.vhostdp.spi.Burst;
import org.vhostdp.spi.TxQueue;

/**
 * A stage on the way to the driver. One IO thread; never blocks or allocates.
 *
 * <p>What {@link #transmit} accepted and could not yet pass on is held here, in bounded memory;
 * {@link #pump()} passes it on later.
 */
public interface TxStage extends TxQueue {
  /**
   * Lends one empty frame with room for the largest packet, headers and all: 64 KiB and more.
   * Transmitted or given back like any other.
   *
   * @param frames where to name it, at index 0
   * @return 1, or 0 if there is none now; then {@link #wakeup()} tells when
   */
  default int claimLarge(Burst frames) {
    return 0;
  }

  /** Whether {@link #claimLarge} ever lends one. */
  default boolean lendsLarge() {
    return false;
  }

  /**
   * Passes on what is held, as far as the queue below takes it. Called once each turn.
   *
   * @return frames passed on; those are work of this turn
   */
  int pump();

  /** Whether frames are held: the wakeup is to be armed even if the guest has nothing to send. */
  boolean holds();

  /** Drops and counts what is held, here and below. For the queue's end. */
  void discard();

  /**
   * Closes what the stage itself opened, such as a timer. Control thread, after the queue's end.
   */
  default void close() {}
}
