package org.vhostdp.tck.stock;

import java.util.Map;
import java.util.Set;
import org.vhostdp.linux.Capability;
import org.vhostdp.tck.harness.Harness;
import org.vhostdp.tck.harness.Wire;

/** Pairs of interfaces joined back to back; see {@link StockWires#VETH}. */
final class VethWires extends StockWires {
  private final KitNamespace namespace = new KitNamespace();

  VethWires(Map<String, String> config, Map<String, String> parameters) {
    super(config, parameters);
    require(DEVICE, VETH);
  }

  @Override
  Wire make(Harness.Request request) throws Exception {
    namespace.join(!names(NETNS));
    try {
      return new VethWire(this, namespace, "tck" + number());
    } catch (Exception failed) {
      namespace.leave();
      throw failed;
    }
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
