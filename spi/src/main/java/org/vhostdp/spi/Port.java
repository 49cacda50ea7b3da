package org.vhostdp.spi;

import java.util.List;
import java.util.Optional;

/**
 * One open device.
 *
 * <p>Threads: control threads, one call at a time; methods may block. Only the queues belong to IO
 * threads.
 *
 * <ul>
 *   <li><b>LIFE-5</b> {@link #configure} comes before {@link #start}; a burst method called while
 *       the port is not started returns 0 and moves nothing.
 *   <li><b>LIFE-6</b> {@link #stop} is called when no burst call is running and every lent frame
 *       has been given back. When it returns, the wire is silent: nothing more is sent or received.
 *   <li><b>LIFE-7</b> {@link #start} may follow {@link #stop}; frames of before are not replayed.
 *   <li><b>LIFE-8</b> {@link #close} stops if needed, releases everything, and may be called again.
 *   <li><b>LIFE-9</b> Queues exist from {@link #configure} on; their wakeups and the port's regions
 *       are valid from {@link #start} to {@link #stop}. Starting a port that was never configured,
 *       and any call but {@link #close} after close, is a mistake of the caller: {@link
 *       IllegalStateException}, or a DriverException where the method declares it.
 *   <li><b>CAP-1</b> {@link #capabilities()} does not change while the port is open.
 *   <li><b>CFG-1</b> {@link #configure} validates everything first: if it throws, nothing changed.
 *   <li><b>CFG-2</b> While started, only the settings named by {@link Capabilities#live()} may
 *       differ; anything else is refused with {@link DriverException.Reason#UNSUPPORTED}.
 *   <li><b>CFG-6</b> A live change of receive offloads holds for every frame received after it
 *       returns, also for those that had arrived before. Inactive queue pairs receive nothing new.
 *   <li><b>STAT-1</b> Counters never decrease while the port is open, and may be read at any time.
 * </ul>
 */
public interface Port extends AutoCloseable {
  /** What this port can do. Constant while open. */
  Capabilities capabilities();

  /**
   * Applies settings, all or nothing.
   *
   * @throws DriverException if one cannot be met; the former settings stay
   */
  void configure(PortSettings settings) throws DriverException;

  /**
   * Lets frames flow on the configured queues.
   *
   * @throws DriverException if the device refuses; the port stays stopped
   */
  void start() throws DriverException;

  /** Ends the flow. Idempotent. */
  void stop();

  /**
   * The driver's own memory that lent frames lie in, valid from {@link #start} to {@link #stop}. A
   * region's index in the list is its id in {@link Burst#region}.
   */
  List<Region> regions();

  /**
   * Receive queue by index, 0 to queue pairs - 1; the same object until the next configure.
   *
   * @throws IndexOutOfBoundsException if there is no such queue
   */
  RxQueue rx(int queue);

  /**
   * Transmit queue by index, 0 to queue pairs - 1; the same object until the next configure.
   *
   * @throws IndexOutOfBoundsException if there is no such queue
   */
  TxQueue tx(int queue);

  /** Link, fault and removal, polled by the host. */
  PortEvents events();

  /** Adds the device's own counters to {@code out}. */
  void statistics(Statistics out);

  /**
   * An optional ability, such as {@link Steering}.
   *
   * @param type the facet's interface
   * @return the facet, or empty if this port lacks it
   */
  default <F> Optional<F> facet(Class<F> type) {
    return Optional.empty();
  }

  @Override
  void close();
}
