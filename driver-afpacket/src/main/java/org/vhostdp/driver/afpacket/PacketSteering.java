package org.vhostdp.driver.afpacket;

import java.util.Set;
import org.vhostdp.spi.DriverException;
import org.vhostdp.spi.DriverException.Reason;
import org.vhostdp.spi.Steering;

/**
 * Steering by a program of the kernel, of type socket filter, whose result modulo the number of
 * queues is the queue (PACKET_FANOUT_EBPF). A group's kind is fixed when it is made, so there is
 * this only with {@code fanout = ebpf:PATH}; the program of that path is the device's own choice.
 * Control threads.
 */
final class PacketSteering implements Steering {
  private static final String KIND = "ebpf-fd";

  private final PacketPort port;
  private final PacketDevice device;

  PacketSteering(PacketPort port, PacketDevice device) {
    this.port = port;
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
        "A group of packet sockets cannot scale by an indirection table; "
            + device.name()
            + " has one.",
        "Let the host steer, or hand over a program of kind \"" + KIND + "\".");
  }

  @Override
  public void reset() throws DriverException {
    port.steer(device.program());
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
    port.steer(descriptor);
  }
}
