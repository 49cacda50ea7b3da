package org.vhostdp.tck.stock;

import java.util.Map;
import java.util.Set;
import org.vhostdp.linux.Capability;
import org.vhostdp.spi.Driver;
import org.vhostdp.spi.DriverException;
import org.vhostdp.spi.Offload;
import org.vhostdp.spi.Port;
import org.vhostdp.tck.harness.Harness;
import org.vhostdp.tck.harness.Wire;

/** Pairs of interfaces joined back to back; see {@link StockWires#VETH}. */
final class VethWires extends StockWires {
  private final KitNamespace namespace = new KitNamespace();
  private final Driver driver;

  /** Whether frames may come to the driver with their checksums open; unknown before a wire. */
  private Boolean open;

  /**
   * @param driver the sound one, asked what it can receive
   */
  VethWires(Driver driver, Map<String, String> config, Map<String, String> parameters) {
    super(config, parameters);
    this.driver = driver;
    require(DEVICE, VETH);
  }

  @Override
  Wire make(Harness.Request request) throws Exception {
    namespace.join(!names(NETNS));
    VethWire wire = null;
    try {
      wire = new VethWire(this, namespace, number(), request);
      if (open == null) {
        open = takesOpenChecksums(wire.config());
      }
      wire.checksums(open);
      return wire;
    } catch (Exception failed) {
      if (wire != null) {
        wire.close();
      } else {
        namespace.leave();
      }
      throw failed;
    }
  }

  /**
   * A driver that tells an open checksum from a wrong one gets such frames as the kernel's own
   * sockets would send them; any other is given what a cable carries. What cannot be opened gets
   * nothing.
   */
  private boolean takesOpenChecksums(Map<String, String> config) {
    try (Port port = driver.open(driver.schema().check("the wire", config), new PeerHost())) {
      return (port.capabilities().rxOffloads() & Offload.CSUM_PARTIAL) != 0;
    } catch (DriverException e) {
      return false;
    }
  }

  /** The sound driver. */
  Driver driver() {
    return driver;
  }

  @Override
  String describe() {
    return "a veth pair with a packet socket at its far end, in a namespace of its own";
  }

  /** Entering a namespace takes one more. */
  @Override
  Set<Integer> usualPrivileges() {
    return names(NETNS)
        ? Set.of(Capability.CAP_NET_ADMIN, Capability.CAP_NET_RAW, Capability.CAP_SYS_ADMIN)
        : Set.of(Capability.CAP_NET_ADMIN, Capability.CAP_NET_RAW);
  }
}
