package org.vhostdp.tck.stock;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
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

  /** Opens the far ports. */
  Driver driver() {
    return far;
  }

  @Override
  Wire make(Harness.Request request) throws Exception {
    PairEnds ends = ends();
    try {
      return new PairWire(this, ends, request);
    } catch (Exception failed) {
      ends.close();
      throw failed;
    }
  }

  /** Names for the two ports of another pair. */
  PairEnds ends() throws IOException {
    int number = number();
    boolean named = names(FOLDER) || differing.values().stream().anyMatch(v -> v.contains(FOLDER));
    Path folder = named ? Files.createTempDirectory("tck-") : null;
    String[] replacements = {
      WIRE, "tck-" + number, FOLDER, String.valueOf(folder), NUMBER, Integer.toString(number)
    };
    Map<String, String> near = config(replacements);
    Map<String, String> other = new LinkedHashMap<>(near);
    differing.forEach((key, value) -> other.put(key, replaced(value, replacements)));
    return new PairEnds(near, other, folder);
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
