package org.vhostdp.driver.tap;

import java.util.Set;
import org.vhostdp.spi.DriverException;
import org.vhostdp.spi.DriverException.Reason;
import org.vhostdp.spi.Host;
import org.vhostdp.spi.Steering;

/**
 * Steering of a TAP: by a program of the kernel, of type socket filter, whose result modulo the
 * number of active queues is the queue (TUNSETSTEERINGEBPF). The kernel's own choice follows what
 * is sent. A TAP has no receive-side scaling; a macvtap takes no programs. Control threads.
 */
final class TapSteering implements Steering {
  private static final String KIND = "ebpf-fd";

  /** What TUNSETSTEERINGEBPF takes for no program. */
  private static final int NONE = -1;

  private final TapDevice device;
  private boolean programmed;

  TapSteering(TapDevice device) {
    this.device = device;
  }

  @Override
  public int hashTypes() {
    return 0;
  }

  @Override
  public int maxTable() {
    return 0;
  }

  @Override
  public void scale(int types, byte[] key, int[] table, int unclassified) throws DriverException {
    throw new DriverException(
        Reason.UNSUPPORTED,
        "A TAP cannot scale by an indirection table; " + device.name() + " is one.",
        "Let the host steer, or hand over a program of kind \"" + KIND + "\".");
  }

  @Override
  public void reset() throws DriverException {
    if (programmed) {
      device.steer(NONE);
      programmed = false;
    }
  }

  @Override
  public Set<String> programs() {
    return Set.of(KIND);
  }

  @Override
  public void program(String kind, int descriptor) throws DriverException {
    if (!KIND.equals(kind) || descriptor < 0) {
      throw new DriverException(
          Reason.UNSUPPORTED,
          device.name()
              + " takes no program of kind \""
              + kind
              + "\", descriptor "
              + descriptor
              + ".",
          "It takes the open descriptor of a socket filter, as \"" + KIND + "\".");
    }
    device.steer(descriptor);
    programmed = true;
  }

  /** Leaves nothing behind in an interface that outlives the port. */
  void close(Host host) {
    try {
      if (device.isAlive()) {
        reset();
      }
    } catch (DriverException e) {
      host.log(System.Logger.Level.WARNING, e.getMessage());
    }
  }
}
