package org.vhostdp.driver.afxdp;

import org.vhostdp.driver.afxdp.generated.IfXdp;
import org.vhostdp.linux.Errno;
import org.vhostdp.linux.LinuxException;
import org.vhostdp.linux.Sockets;
import org.vhostdp.netdevice.Claims;
import org.vhostdp.netdevice.NetNamespace;
import org.vhostdp.spi.ConfigSchema;
import org.vhostdp.spi.Driver;
import org.vhostdp.spi.DriverException;
import org.vhostdp.spi.DriverInfo;
import org.vhostdp.spi.Host;
import org.vhostdp.spi.Port;
import org.vhostdp.spi.PortConfig;
import org.vhostdp.spi.Probe;

/**
 * The driver {@code afxdp}. An XDP program takes the frames that arrive on the queues of a network
 * interface and gives them to AF_XDP sockets, past the kernel's stack; what a port transmits goes
 * out of the interface.
 */
public final class AfxdpDriver implements Driver {
  private static final DriverInfo INFO =
      DriverInfo.of("afxdp", "0.1.0", "[1.0,2.0)", "Linux network interfaces by AF_XDP sockets");

  private static final String WITHOUT_PRIVILEGE =
      "Run as root, grant the process CAP_NET_RAW, CAP_NET_ADMIN and CAP_BPF, or start it in a user"
          + " namespace with descriptors passed in by the key \"fds\".";

  private final Claims claims = new Claims();

  /** For {@link java.util.ServiceLoader}. */
  public AfxdpDriver() {}

  @Override
  public DriverInfo info() {
    return INFO;
  }

  @Override
  public ConfigSchema schema() {
    return AfxdpOptions.SCHEMA;
  }

  @Override
  public Probe probe() {
    try {
      Sockets.open("AF_XDP", IfXdp.AF_XDP(), IfXdp.SOCK_RAW(), 0).close();
      return Probe.ok();
    } catch (LinuxException e) {
      boolean refused = e.errno() == Errno.EPERM;
      return refused
          ? Probe.unavailable(
              "This process lacks the capability CAP_NET_RAW, which an AF_XDP socket needs ("
                  + e.errnoName()
                  + ").",
              WITHOUT_PRIVILEGE)
          : Probe.unavailable(
              "This kernel has no AF_XDP sockets: " + e.errnoName() + ".",
              "They need Linux 5.10 or later, built with CONFIG_XDP_SOCKETS.");
    }
  }

  @Override
  public Port open(PortConfig config, Host host) throws DriverException {
    AfxdpOptions options = AfxdpOptions.of(config);
    Claims.Claim claim = claim(options);
    try {
      return AfxdpPort.open(options, claim, host);
    } catch (DriverException | RuntimeException e) {
      claim.close();
      throw e;
    }
  }

  /**
   * The kernel refuses a queue that is in use, but a while later only, because it takes its time to
   * let go of one.
   */
  private Claims.Claim claim(AfxdpOptions options) throws DriverException {
    long namespace = new NetNamespace(options.netns(), AfxdpErrors.FAILURES).id();
    String ifname = options.ifname();
    int first = options.firstQueue();
    return claims.claim(
        namespace + " " + ifname + " " + first,
        ifname + " from queue " + first + " on",
        "Give every port an interface of its own, or a \"first-queue\" of its own.");
  }
}
