package org.vhostdp.tck.harness;

import java.nio.file.Path;
import java.util.Optional;
import java.util.Set;
import org.vhostdp.spi.Driver;

/**
 * What a vendor gives the kit: the driver, and wires with a peer at their far end. The tests are
 * the kit's own; a harness cannot leave one out.
 *
 * <p>A harness has a public constructor without arguments and is made anew in every process that
 * the kit starts. Threads: one.
 */
public interface Harness {
  /** The driver under test; the same instance every time. */
  Driver driver();

  /**
   * Makes a wire: what the driver needs to open a port (a device, an interface, a namespace), and a
   * peer at its far end.
   *
   * @param request what the port will be asked to do
   * @return a wire that the caller closes
   * @throws Exception if it cannot be made; the message tells the vendor why
   */
  Wire wire(Request request) throws Exception;

  /** What the wires are, for the report: "veth pair with a packet socket". */
  String describe();

  /** The folder that the driver was loaded from; empty if it is a module of this process. */
  default Optional<Path> folder() {
    return Optional.empty();
  }

  /**
   * The driver once more, in classes that nobody else uses.
   *
   * @return empty if the kit shall load it, from {@link #folder()} or from the driver's module
   */
  default Optional<Fresh> fresh() throws Exception {
    return Optional.empty();
  }

  /** Numbers of the capabilities (capabilities(7)) that the driver's documentation asks for. */
  default Set<Integer> privileges() {
    return Set.of();
  }

  /**
   * A driver in classes of its own.
   *
   * @param driver the driver
   * @param loader of its classes, and of nothing else
   */
  record Fresh(Driver driver, ClassLoader loader) {}

  /**
   * What a port on a wire will be asked to do, so that its device can be made to measure.
   *
   * @param queuePairs queue pairs, 1 or more
   * @param mtu bytes of layer 3, or 0: as the device is
   */
  record Request(int queuePairs, int mtu) {
    /** One queue pair, any MTU. */
    public static Request plain() {
      return new Request(1, 0);
    }
  }
}
