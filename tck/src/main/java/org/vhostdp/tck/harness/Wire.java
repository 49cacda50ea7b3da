package org.vhostdp.tck.harness;

import java.io.IOException;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;

/**
 * One device and the peer at its far end. Threads: one, and not while a test's IO threads run,
 * unless {@link Trait#CONCURRENT} is declared.
 *
 * <p>While the port is stopped or closed, {@link #send} loses the frame or returns false, and
 * {@link #receive} gives what came before, then nothing; neither throws because a device is gone.
 */
public interface Wire extends AutoCloseable {
  /** The configuration that opens the port of this wire: keys and values of the driver's schema. */
  Map<String, String> config();

  /**
   * Called each time after the wire's port was started: a peer whose device only exists now
   * connects here, and returns when frames can flow.
   */
  void started() throws Exception;

  /** What this wire shows and can do. Constant. */
  Set<Trait> traits();

  /**
   * Sends a frame towards the port.
   *
   * @param frame the frame; with offload metadata only if {@link Trait#OFFLOADS} is declared
   * @return false if the peer had no room, or cannot send a frame of that length; the frame was not
   *     sent
   */
  boolean send(WireFrame frame) throws Exception;

  /**
   * The next frame that the port sent.
   *
   * @param limit how long to wait for one
   * @return the frame, or empty if none came
   */
  Optional<WireFrame> receive(Duration limit) throws Exception;

  /**
   * A program that sends every frame to one queue, for drivers that list programs of its kind in
   * {@link org.vhostdp.spi.Steering#programs()}.
   *
   * @param kind as the driver lists it
   * @param queue the receive queue that it chooses
   * @return an open descriptor, which is closed with the wire; empty if this wire has none
   */
  default OptionalInt program(String kind, int queue) throws Exception {
    return OptionalInt.empty();
  }

  /** Ways to hurt this wire; empty if there are none. */
  default Optional<Faults> faults() {
    return Optional.empty();
  }

  /** Removes what was made. The wire's port is closed by then. */
  @Override
  void close() throws IOException;
}
