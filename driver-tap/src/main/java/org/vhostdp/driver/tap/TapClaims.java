package org.vhostdp.driver.tap;

import java.util.HashSet;
import java.util.Set;
import org.vhostdp.spi.DriverException;
import org.vhostdp.spi.DriverException.Reason;

/**
 * The devices that this process has open. The kernel lets anybody add queues to a multi-queue TAP,
 * so two ports on one name would silently share its frames.
 */
final class TapClaims {
  private final Set<String> held = new HashSet<>();

  /** One device, until closed. */
  interface Claim extends AutoCloseable {
    @Override
    void close();
  }

  /**
   * Claims the device that the options name. A name of the kernel's choice needs no claim.
   *
   * @throws DriverException if another port has it
   */
  Claim claim(TapOptions options) throws DriverException {
    if (options.device() == null && options.isPattern()) {
      return () -> {};
    }
    long namespace = new TapNamespace(options.netns()).id();
    String key =
        options.device() != null
            ? options.device().toAbsolutePath().normalize().toString()
            : namespace + " " + options.ifname();
    synchronized (held) {
      if (!held.add(key)) {
        throw new DriverException(
            Reason.BUSY,
            "Another port of this process uses " + options.object() + " (EBUSY).",
            "Give every port an interface of its own.");
      }
    }
    return () -> {
      synchronized (held) {
        held.remove(key);
      }
    };
  }
}
