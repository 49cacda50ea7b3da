package org.vhostdp.spi;

/**
 * How an idle IO thread sleeps until a queue has work. The host watches the descriptor, level
 * triggered, only between {@link #arm()} and the next burst call; once it reports an error or a
 * hang-up (POLLERR, POLLHUP), the host watches it no longer and asks {@link PortEvents} why.
 *
 * <ul>
 *   <li><b>WAKE-1</b> No lost wakeup: work that arrives after {@link #arm()} returned false makes
 *       the descriptor ready; work that was there before makes it return true.
 *   <li><b>WAKE-2</b> The descriptor stays the same from start to stop and is the driver's to
 *       close.
 *   <li><b>WAKE-3</b> A wakeup that was followed does not come again: while there is no work,
 *       {@link #arm()} returns false and the descriptor is not ready.
 *   <li><b>WAKE-4</b> Work that came and was taken while nobody had armed wakes nobody afterwards.
 *   <li><b>WAKE-5</b> Stop and close do not wait for a thread that sleeps on a descriptor.
 * </ul>
 */
public interface Wakeup {
  /** The descriptor becomes readable. */
  int READABLE = 1;

  /** The descriptor becomes writable. */
  int WRITABLE = 4;

  /** The wakeup of a queue that can only be polled: its host looks again and again. */
  static Wakeup polled() {
    return Nothing.POLLED;
  }

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
