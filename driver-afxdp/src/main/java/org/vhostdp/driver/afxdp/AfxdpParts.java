package org.vhostdp.driver.afxdp;

import org.vhostdp.driver.afxdp.program.EthtoolFlows;
import org.vhostdp.driver.afxdp.program.XdpProgram;
import org.vhostdp.linux.Fd;
import org.vhostdp.linux.Netlink;
import org.vhostdp.netdevice.Claims;
import org.vhostdp.spi.DriverException;
import org.vhostdp.spi.Host;

/** What a port holds from open to close beside its sockets. Control threads only. */
final class AfxdpParts implements AutoCloseable {
  private final AfxdpOptions options;
  private final Claims.Claim claim;
  private final Host host;
  private AfxdpInterface device;
  private Fd promiscuity;
  private XdpProgram program;
  private EthtoolFlows flows;

  private AfxdpParts(AfxdpOptions options, Claims.Claim claim, Host host) {
    this.options = options;
    this.claim = claim;
    this.host = host;
  }

  /**
   * Finds the interface and attaches the XDP program.
   *
   * @param claim closed with this, unless this throws
   * @throws DriverException if something is not to be had; nothing is left
   */
  static AfxdpParts open(AfxdpOptions options, Claims.Claim claim, Host host)
      throws DriverException {
    AfxdpParts parts = new AfxdpParts(options, claim, host);
    try {
      parts.take();
      return parts;
    } catch (DriverException | RuntimeException e) {
      parts.release();
      throw e;
    }
  }

  private void take() throws DriverException {
    device = AfxdpInterface.open(options);
    Netlink.Link link = device.link();
    if (!link.up()) {
      host.log(
          System.Logger.Level.WARNING,
          "The interface %s is down: no frame passes until it is up (ip link set dev %s up)."
              .formatted(link.name(), link.name()));
    }
    // A veth pair filters nothing.
    if (options.promiscuous() && !device.kind().equals("veth") && options.fds().isEmpty()) {
      promiscuity = Promiscuity.of(device);
    }
    program =
        device
            .namespace()
            .in(() -> XdpProgram.attach(options.program(), link.name(), link.index()));
    if (!options.flows().isEmpty()) {
      flows = device.namespace().in(() -> flows(link.name()));
    }
  }

  private EthtoolFlows flows(String name) throws DriverException {
    try {
      return EthtoolFlows.open(name, options.flows());
    } catch (DriverException e) {
      String message = "The rules of the key \"flows\" are not taken. " + e.getMessage();
      throw new DriverException(e.reason(), message, "", e);
    }
  }

  AfxdpOptions options() {
    return options;
  }

  Host host() {
    return host;
  }

  AfxdpInterface device() {
    return device;
  }

  XdpProgram program() {
    return program;
  }

  /** Whether frames may arrive whose checksum a local sender left open. */
  boolean completesChecksums() {
    return switch (options.checksum()) {
      case COMPLETE -> true;
      case LEAVE -> false;
      case AUTO -> !device.kind().isEmpty() || program.skb();
    };
  }

  /** Frames of queues that no port has go to the kernel. */
  void warnOfOtherQueues(int pairs) throws DriverException {
    int there = device.receiveQueues();
    if (there > pairs && options.firstQueue() == 0 && options.queues() >= there) {
      host.log(
          System.Logger.Level.WARNING,
          "The interface %s spreads frames over %d receive queues and the port uses %d: the others'"
                  .formatted(device.name(), there, pairs)
              + " frames go to the kernel. Give the port as many queue pairs, or the interface"
              + " fewer queues (ethtool -L).");
    }
  }

  /** Lets go of everything but the claim. */
  void release() {
    if (flows != null) {
      flows.close();
      warn(flows.remainder());
    }
    if (program != null) {
      detach();
    }
    if (promiscuity != null) {
      promiscuity.close();
    }
    if (device != null) {
      device.close();
    }
  }

  private void detach() {
    try {
      device
          .namespace()
          .in(
              () -> {
                program.close();
                return null;
              });
    } catch (DriverException e) {
      // The namespace has no file any more; what the kernel knows by descriptors is closed anyway.
      program.close();
    }
    warn(program.remainder());
  }

  private void warn(String remainder) {
    if (!remainder.isEmpty()) {
      host.log(System.Logger.Level.WARNING, remainder);
    }
  }

  @Override
  public void close() {
    release();
    claim.close();
  }
}
