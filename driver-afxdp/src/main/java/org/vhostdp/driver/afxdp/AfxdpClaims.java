package org.vhostdp.driver.afxdp;

import java.util.HashSet;
import java.util.Set;
import org.vhostdp.spi.DriverException;
import org.vhostdp.spi.DriverException.Reason;

/**
 * The queues that this process has open. The kernel refuses a queue that is in use, but a while
 * later only, because it takes its time to let go of one.
 */
final class AfxdpClaims {
  private final Set<String> held = new HashSet<>();

  /** One device, until closed. */
  interface Claim extends AutoCloseable {
    @Override
    void close();
  }

  /**
   * Claims the interface that the options name.
   *
   * @throws DriverException if another port has it
   */
  Claim claim(AfxdpOptions options) throws DriverException {
    String key =
        new AfxdpNamespace(options.netns()).id()
            + " "
            + options.ifname()
            + " "
            + options.firstQueue();
    synchronized (held) {
      if (!held.add(key)) {
        throw new DriverException(
            Reason.BUSY,
            "Another port of this process uses %s from queue %d on (EBUSY)."
                .formatted(options.ifname(), options.firstQueue()),
            "Give every port an interface of its own, or a \"first-queue\" of its own.");
      }
    }
    return () -> {
      synchronized (held) {
        held.remove(key);
      }
    };
  }
}
