package org.vhostdp.spi;

/**
 * How an idle IO thread sleeps until a queue has work. The host watches the descriptor, level
 * triggered, only between {@link #arm()} and the next burst call.
 *
 * <ul>
 *   <li><b>WAKE-1</b> No lost wakeup: work that arrives after {@link #arm()} returned false makes
 *       the descriptor ready; work that was there before makes it return true.
 *   <li><b>WAKE-2</b> The descriptor stays the same from start to stop and is the driver's to
 *       close.
 * </ul>
 */
public interface Wakeup {
  /** The descriptor becomes readable. */
  int READABLE = 1;

  /** The descriptor becomes writable. */
  int WRITABLE = 4;

  /** The descriptor to watch, or -1 if this queue can only be polled. */
  int fd();

  /** {@link #READABLE} or {@link #WRITABLE}: poll(2)'s POLLIN and POLLOUT. */
  default int events() {
    return READABLE;
  }

  /**
   * Asks to be woken, then looks again.
   *
   * @return true if work is already there: do not sleep
   */
  boolean arm();
}
