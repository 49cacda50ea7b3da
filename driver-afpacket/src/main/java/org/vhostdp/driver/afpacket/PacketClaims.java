package org.vhostdp.driver.afpacket;

import java.util.HashSet;
import java.util.Set;
import org.vhostdp.spi.DriverException;
import org.vhostdp.spi.DriverException.Reason;

/**
 * The interfaces that this process has open. The kernel gives every packet socket its own copy of
 * each frame, so two ports on one interface would silently double them.
 */
final class PacketClaims {
  private final Set<String> held = new HashSet<>();

  /** One interface, until closed. */
  interface Claim extends AutoCloseable {
    @Override
    void close();
  }

  /**
   * Claims an interface, whatever it is renamed to later.
   *
   * @param namespace number of the network namespace
   * @param index the interface's number
   * @throws DriverException if another port has it
   */
  Claim claim(long namespace, int index, String name) throws DriverException {
    String key = namespace + " " + index;
    synchronized (held) {
      if (!held.add(key)) {
        throw new DriverException(
            Reason.BUSY,
            "Another port of this process uses the interface " + name + " (EBUSY).",
            "Give every port an interface of its own, or one port more queues.");
      }
    }
    return () -> {
      synchronized (held) {
        held.remove(key);
      }
    };
  }
}
