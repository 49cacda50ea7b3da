package org.vhostdp.tck.stock;

import java.io.IOException;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** The kernel's side of a TAP that the driver makes when it opens the port. */
final class TapWire extends DeviceWire {
  private final TapWires wires;
  private final int number;
  private final String device;
  private HeldTap held;

  TapWire(TapWires wires, KitNamespace namespace, int number) throws Exception {
    super(namespace, config(wires, number, "tck" + number, namespace.path()));
    this.wires = wires;
    this.number = number;
    device = "tck" + number;
  }

  private static Map<String, String> config(
      TapWires wires, int number, String device, String netns) {
    return wires.config(
        StockWires.DEVICE,
        device,
        StockWires.NETNS,
        netns,
        StockWires.NUMBER,
        Integer.toString(number));
  }

  @Override
  String far() {
    return device;
  }

  @Override
  String near() {
    return device;
  }

  @Override
  Set<String> own() {
    return held == null ? Set.of() : Set.of(held.name());
  }

  /** A TAP is made when it is missing; the namespace to make it in is not. */
  @Override
  public Optional<Map<String, String>> absent() {
    return wires.names(StockWires.NETNS)
        ? Optional.of(config(wires, number, device, "/run/netns/absent-" + device))
        : Optional.empty();
  }

  @Override
  public Optional<Map<String, String>> busy() throws Exception {
    if (held == null) {
      held = HeldTap.open(namespace(), "held" + StockWires.number());
    }
    return Optional.of(config(wires, number, held.name(), namespace().path()));
  }

  @Override
  void removeOwn() throws IOException {
    if (held != null) {
      held.close();
    }
    // A driver that leaves its TAP behind has been told of by then; the next wire begins clean.
    delete(device);
  }
}
