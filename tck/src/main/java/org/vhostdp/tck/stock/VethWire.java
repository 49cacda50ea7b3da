package org.vhostdp.tck.stock;

import java.io.IOException;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** A veth pair: the driver has one end, a packet socket is on the other. */
final class VethWire extends DeviceWire {
  /** The far end never refuses: what is longer than the near MTU does not pass. */
  private static final int GREATEST_MTU = 65_535;

  private final VethWires wires;
  private final String device;
  private final String far;

  VethWire(VethWires wires, KitNamespace namespace, String device) throws Exception {
    super(namespace, wires.config(StockWires.DEVICE, device, StockWires.NETNS, namespace.path()));
    this.wires = wires;
    this.device = device;
    far = device + "far";
    try {
      netlink().createVeth(device, far);
      netlink().mtu(far, GREATEST_MTU);
      netlink().up(device, true);
      netlink().up(far, true);
    } catch (IOException failed) {
      closePeer();
      throw failed;
    }
  }

  @Override
  String far() {
    return far;
  }

  @Override
  Set<String> own() {
    return Set.of(device, far);
  }

  @Override
  public Optional<Map<String, String>> absent() {
    return Optional.of(
        wires.config(StockWires.DEVICE, device + "no", StockWires.NETNS, namespace().path()));
  }

  @Override
  void removeOwn() throws IOException {
    delete(far);
  }
}
