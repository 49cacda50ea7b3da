package org.vhostdp.tck.stock;

import java.io.IOException;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.vhostdp.linux.Ethtool;
import org.vhostdp.linux.LinuxException;
import org.vhostdp.tck.harness.Harness;

/**
 * A veth pair: the driver has one end, a packet socket is on the other. The near end has several
 * queues, as a NIC has; the far end sends on as many as the port will use, so that the others get
 * nothing.
 */
final class VethWire extends DeviceWire {
  /** Queues of the near end. */
  private static final int QUEUES = 4;

  /**
   * The far end may send this much more than the near one takes. It is not more because an XDP
   * program that takes frames in one piece is refused on a veth whose other end may send more than
   * 3.5 KiB.
   */
  private static final int BEYOND = 500;

  private static final int GREATEST_MTU = 65_535;

  private final VethWires wires;
  private final int number;
  private final String device;
  private final String far;
  private int farMtu;
  private VethWire others;
  private HeldPort held;

  VethWire(VethWires wires, KitNamespace namespace, int number, Harness.Request request)
      throws Exception {
    super(namespace, config(wires, namespace, number, ""));
    this.wires = wires;
    this.number = number;
    device = "tck" + number;
    far = device + "far";
    try {
      int queues = request.queuePairs();
      netlink().createVeth(device, Math.max(QUEUES, queues), far, queues);
      if (request.mtu() != 0) {
        netlink().mtu(device, request.mtu());
      }
      fit();
      netlink().up(device, true);
      netlink().up(far, true);
      peer().queueing();
    } catch (IOException failed) {
      closePeer();
      throw failed;
    }
  }

  private static Map<String, String> config(
      VethWires wires, KitNamespace namespace, int number, String suffix) {
    return wires.config(
        StockWires.DEVICE,
        "tck" + number + suffix,
        StockWires.NETNS,
        namespace.path(),
        StockWires.NUMBER,
        Integer.toString(number));
  }

  /** Whether what the far end sends may reach the near one with its checksum open. */
  void checksums(boolean open) throws Exception {
    if (!open) {
      namespace()
          .in(
              () -> {
                Ethtool.transmitChecksums(far, false);
                return null;
              });
    }
  }

  @Override
  public void started() throws Exception {
    fit();
    super.started();
  }

  /** Lets the far end send what the near one takes, and a little more. */
  private void fit() throws LinuxException {
    int needed = Math.min(GREATEST_MTU, netlink().link(device).mtu() + BEYOND);
    if (farMtu < needed) {
      netlink().mtu(far, needed);
      farMtu = needed;
    }
  }

  @Override
  String far() {
    return far;
  }

  @Override
  String near() {
    return device;
  }

  @Override
  Set<String> own() {
    Set<String> names = new HashSet<>(Set.of(device, far));
    if (others != null) {
      names.addAll(others.own());
    }
    return names;
  }

  @Override
  public Optional<Map<String, String>> absent() {
    return Optional.of(config(wires, namespace(), number, "no"));
  }

  /** The near end of another wire, which a port has. */
  @Override
  public Optional<Map<String, String>> busy() throws Exception {
    if (others == null) {
      others = (VethWire) wires.make(Harness.Request.plain());
      held = HeldPort.of(wires.driver(), others.config());
    }
    return held == null ? Optional.empty() : Optional.of(others.config());
  }

  @Override
  void removeOwn() throws IOException {
    try {
      if (held != null) {
        held.close();
      }
      if (others != null) {
        others.close();
      }
    } finally {
      delete(far);
    }
  }
}
