package org.vhostdp.dataplane.steering;

import java.util.Optional;
import org.vhostdp.linux.BpfObject;
import org.vhostdp.linux.Fd;
import org.vhostdp.linux.LinuxException;
import org.vhostdp.spi.DriverException;
import org.vhostdp.spi.DriverException.Reason;
import org.vhostdp.spi.Port;
import org.vhostdp.spi.Steering;

/** Hands a pinned program to the driver. Control threads. */
public final class ProgramSteering {
  private static final String KIND = "ebpf-fd";

  private ProgramSteering() {}

  /**
   * Hands over the program that a specification names; one that names none changes nothing.
   *
   * @param port open
   * @throws DriverException if the driver takes no programs, there is none, or it is refused
   */
  public static void apply(Port port, SteeringSpec spec) throws DriverException {
    if (spec.program() != null) {
      apply(port, spec.program());
    }
  }

  /**
   * Hands over the program that is pinned at a path.
   *
   * @param port open
   * @param path in a mounted bpf file system
   * @throws DriverException if the driver takes no programs, there is none, or it is refused
   */
  public static void apply(Port port, String path) throws DriverException {
    Optional<Steering> facet = port.facet(Steering.class);
    if (facet.isEmpty() || !facet.get().programs().contains(KIND)) {
      throw new DriverException(
          Reason.UNSUPPORTED,
          "The driver takes no steering programs, so " + path + " cannot choose queues.",
          "Choose \"auto\" or a \"policy:NAME\", which every driver has, or another driver.");
    }
    try (Fd program = BpfObject.open(path)) {
      facet.get().program(KIND, program.raw());
    } catch (LinuxException e) {
      throw new DriverException(
          Reason.NOT_FOUND,
          "The steering program " + path + " cannot be opened: " + e.getMessage(),
          "Pin one there, with bpftool prog load FILE " + path + " type socket.",
          e);
    }
  }
}
