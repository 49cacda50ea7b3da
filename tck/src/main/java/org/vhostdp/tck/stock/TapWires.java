package org.vhostdp.tck.stock;

import java.util.Map;
import java.util.Set;
import org.vhostdp.linux.Capability;
import org.vhostdp.tck.harness.Harness;
import org.vhostdp.tck.harness.Wire;

/** TAP devices that the driver makes; see {@link StockWires#TAP}. */
final class TapWires extends StockWires {
  private final KitNamespace namespace = new KitNamespace();

  TapWires(Map<String, String> config, Map<String, String> parameters) {
    super(config, parameters);
    require(DEVICE, TAP);
  }

  @Override
  Wire make(Harness.Request request) throws Exception {
    namespace.join(!names(NETNS));
    try {
      return new TapWire(this, namespace, number());
    } catch (Exception failed) {
      namespace.leave();
      throw failed;
    }
  }

  @Override
  String describe() {
    return "the kernel's side of a TAP, through a packet socket, in a namespace of its own";
  }

  /** Entering a namespace takes one more. */
  @Override
  Set<Integer> usualPrivileges() {
    return names(NETNS)
        ? Set.of(Capability.CAP_NET_ADMIN, Capability.CAP_SYS_ADMIN)
        : Set.of(Capability.CAP_NET_ADMIN);
  }
}
