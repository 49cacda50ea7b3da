package org.vhostdp.driver.afpacket;

import org.vhostdp.linux.Capability;
import org.vhostdp.netdevice.Claims;
import org.vhostdp.spi.ConfigSchema;
import org.vhostdp.spi.Driver;
import org.vhostdp.spi.DriverException;
import org.vhostdp.spi.DriverInfo;
import org.vhostdp.spi.Host;
import org.vhostdp.spi.Port;
import org.vhostdp.spi.PortConfig;
import org.vhostdp.spi.Probe;

/**
 * The driver {@code afpacket}. A port is an existing interface: frames transmitted on it leave by
 * the interface, and what comes in there is received.
 */
public final class PacketDriver implements Driver {
  private static final DriverInfo INFO =
      DriverInfo.of(
          "afpacket",
          "0.1.0",
          "[1.0,2.0)",
          "Linux network interfaces by packet sockets with mapped rings");

  private final Claims claims = new Claims();

  /** For {@link java.util.ServiceLoader}. */
  public PacketDriver() {}

  @Override
  public DriverInfo info() {
    return INFO;
  }

  @Override
  public ConfigSchema schema() {
    return PacketOptions.SCHEMA;
  }

  @Override
  public Probe probe() {
    if (!Capability.has(Capability.CAP_NET_RAW)) {
      return Probe.unavailable(
          "This process lacks the capability CAP_NET_RAW, which packet sockets need.",
          "Run as root, grant the process CAP_NET_RAW, or start it in a user namespace of its own"
              + " (unshare --user --map-root-user --net).");
    }
    try {
      RingSocket.open("any interface").close();
      return Probe.ok();
    } catch (DriverException e) {
      return Probe.unavailable(
          "Packet sockets cannot be opened: " + e.getMessage(),
          "The kernel needs CONFIG_PACKET, or its module af_packet.");
    }
  }

  @Override
  public Port open(PortConfig config, Host host) throws DriverException {
    PacketOptions options = PacketOptions.of(config);
    PacketDevice device = PacketDevice.open(options, host);
    Claims.Claim claim = null;
    try {
      // By number: whatever it is renamed to later, every packet socket on it gets each frame.
      claim =
          claims.claim(
              device.namespaceId() + " " + device.index(),
              "the interface " + device.name(),
              "Give every port an interface of its own, or one port more queues.");
      return new PacketPort(device, claim);
    } catch (DriverException | RuntimeException e) {
      if (claim != null) {
        claim.close();
      }
      device.close();
      throw e;
    }
  }
}
