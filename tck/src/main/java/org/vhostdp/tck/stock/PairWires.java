package org.vhostdp.tck.stock;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import org.vhostdp.spi.Driver;
import org.vhostdp.tck.harness.Harness;
import org.vhostdp.tck.harness.Wire;

/** Two ports of the driver; see {@link StockWires#PAIR}. */
final class PairWires extends StockWires {
  private static final String FAR = "far.";

  private final Driver far;

  /** Configuration of the far ports where it is not the near ports'. */
  private final Map<String, String> differing = new LinkedHashMap<>();

  /**
   * @param far opens the far ports
   */
  PairWires(Driver far, Map<String, String> config, Map<String, String> parameters) {
    super(config, parameters);
    this.far = far;
    parameters.forEach(
        (key, value) -> {
          if (key.startsWith(FAR)) {
            differing.put(key.substring(FAR.length()), value);
          }
        });
    if (differing.isEmpty()) {
      require(WIRE, PAIR);
    }
  }

  @Override
  Wire make(Harness.Request request) throws Exception {
    String name = "tck-" + number();
    Map<String, String> near = config(WIRE, name);
    Map<String, String> other = new LinkedHashMap<>(near);
    differing.forEach((key, value) -> other.put(key, value.replace(WIRE, name)));
    return new PairWire(far, near, other, request);
  }

  @Override
  String describe() {
    return "two ports of the driver " + far.info().id() + ", joined";
  }

  @Override
  Set<Integer> usualPrivileges() {
    return Set.of();
  }
}
