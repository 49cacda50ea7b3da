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
 *   <li><b>LIFE-7</b> {@link #start} may follow {@link #stop}, any number of times, and frames flow
 *       again.
 *   <li><b>LIFE-8</b> {@link #close} stops if needed, releases everything, and may be called again.
 *   <li><b>LIFE-9</b> Queues exist from {@link #configure} on; their wakeups and the port's regions
 *       are valid from {@link #start} to {@link #stop}.
 *   <li><b>LIFE-11</b> Starting a port that was never configured, and configuring or starting one
 *       after {@link #close}, is refused: {@link IllegalStateException} or DriverException. Any
 *       other call after close but close itself is a mistake of the caller; it may throw {@link
 *       IllegalStateException}, and touches nothing.
 *   <li><b>ORD-4</b> Frames of before a stop are not replayed after the next start.
 *   <li><b>CAP-1</b> {@link #capabilities()} does not change while the port is open.
 *   <li><b>CFG-1</b> {@link #configure} validates everything first: if it throws, nothing changed.
 *   <li><b>CFG-2</b> While started, only the settings named by {@link Capabilities#live()} may
 *       differ; anything else is refused with {@link DriverException.Reason#UNSUPPORTED}.
 *   <li><b>CFG-6</b> A live change of receive offloads holds for every frame received after it
 *       returns, also for those that had arrived before; one that cannot be made to fit is dropped
 *       and counted.
 *   <li><b>CFG-7</b> Inactive queue pairs receive nothing new.
 *   <li><b>THREAD-1</b> A burst method works on the thread that calls it and starts no other,
 *       however many frames pass.
 *   <li><b>THREAD-2</b> A burst method called on an interrupted thread works as on any other, and
 *       leaves the thread interrupted.
 *   <li><b>THREAD-3</b> Once warm, burst methods allocate no Java objects.
 *   <li><b>THREAD-4</b> A queue may pass from one thread to another between calls, with all that it
 *       has lent.
 *   <li><b>THREAD-5</b> Control methods may come from any thread, each from another.
 *   <li><b>LEAK-1</b> After {@link #close} no file descriptor is open that the port opened.
 *   <li><b>LEAK-2</b> After {@link #close} nothing is mapped that the port mapped.
 *   <li><b>LEAK-3</b> After {@link #close} nothing is left outside the process that was not there
 *       before: no interface, program, queueing discipline or file, unless the configuration asks
 *       for it.
 *   <li><b>LEAK-4</b> After {@link #close} nothing holds the port: it is garbage once the host has
 *       dropped it.
 *   <li><b>SEC-3</b> Whatever bytes a frame holds, no burst method throws, and the frames after it
 *       pass.
 *   <li><b>MQ-1</b> A queue that is stalled, because its frames are all lent or not fetched, does
 *       not hold up the others.
 *   <li><b>MQ-2</b> As many queue pairs exist as were configured, each of its own; an index beyond
 *       them is refused.
 *   <li><b>MQ-3</b> Queues may be used at once, each by a thread of its own: no frame is lost, and
 *       each queue keeps its order.
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
