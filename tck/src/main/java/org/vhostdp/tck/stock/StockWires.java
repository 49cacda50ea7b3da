package org.vhostdp.tck.stock;

import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import org.vhostdp.linux.Capability;
import org.vhostdp.spi.ConfigKey;
import org.vhostdp.spi.Driver;
import org.vhostdp.tck.harness.Harness;
import org.vhostdp.tck.harness.Wire;

/** Makes the wires of one harness. One thread. */
public abstract class StockWires {
  /** The driver makes a TAP; the far end is a packet socket on the kernel's side of it. */
  public static final String TAP = "tap";

  /** The driver works on one end of a veth pair; the far end is a packet socket on the other. */
  public static final String VETH = "veth";

  /** Two ports of the driver that find each other, by the name of a wire or by a cable. */
  public static final String PAIR = "pair";

  static final String DEVICE = "{device}";
  static final String NETNS = "{netns}";
  static final String WIRE = "{wire}";

  private static final Map<String, String> DEVICE_KEYS = Map.of("ifname", DEVICE, "netns", NETNS);
  private static final Map<String, String> PAIR_KEYS = Map.of("mode", "pair", "wire", WIRE);
  private static final AtomicInteger NUMBERS = new AtomicInteger();

  /** Bits of a capability set. */
  private static final int CAPABILITIES = 64;

  private static final String PRIVILEGES = "privileges";

  private final Map<String, String> config;
  private final Map<String, String> parameters;

  StockWires(Map<String, String> config, Map<String, String> parameters) {
    this.config = config;
    this.parameters = parameters;
  }

  /** Every kind, for help. */
  public static List<String> kinds() {
    return List.of(TAP, VETH, PAIR);
  }

  /**
   * The wires of a plan.
   *
   * @param driver whose schema tells the kind if the plan does not; the far end of a pair
   * @throws IllegalArgumentException with a sentence, if there is no such kind
   */
  static StockWires of(Driver driver, StockPlan plan) {
    List<String> keys = driver.schema().keys().stream().map(ConfigKey::name).toList();
    String kind = plan.wire().isEmpty() ? usual(driver, keys, plan) : plan.wire();
    return switch (kind) {
      case TAP -> new TapWires(chosen(keys, plan, DEVICE_KEYS), plan.parameters());
      case VETH -> new VethWires(chosen(keys, plan, DEVICE_KEYS), plan.parameters());
      case PAIR -> new PairWires(driver, chosen(keys, plan, PAIR_KEYS), plan.parameters());
      default ->
          throw new IllegalArgumentException(
              "There is no stock wire \"" + kind + "\"; there are " + kinds() + ".");
    };
  }

  private static String usual(Driver driver, List<String> keys, StockPlan plan) {
    boolean pair = keys.contains("wire") && !plan.config().containsKey("ifname");
    if (pair || plan.config().containsValue(WIRE)) {
      return PAIR;
    }
    if (keys.contains("ifname") && keys.contains("netns")) {
      return TAP;
    }
    throw new IllegalArgumentException(
        "The keys of the driver "
            + driver.info().id()
            + " do not tell which wire it needs. Name one of "
            + kinds()
            + ".");
  }

  /** The plan's values, and the wire's own for keys that the driver has and the plan leaves out. */
  private static Map<String, String> chosen(
      List<String> keys, StockPlan plan, Map<String, String> usual) {
    Map<String, String> all = new LinkedHashMap<>();
    usual.forEach(
        (key, value) -> {
          if (keys.contains(key)) {
            all.put(key, value);
          }
        });
    all.putAll(plan.config());
    return all;
  }

  /** A wire for a port. */
  abstract Wire make(Harness.Request request) throws Exception;

  /** What the wires are, for the report. */
  abstract String describe();

  /** Capabilities that a driver needs on these wires, unless the plan says which. */
  abstract Set<Integer> usualPrivileges();

  /** Numbers of the capabilities that the driver may use. */
  final Set<Integer> privileges() {
    if (!parameters.containsKey(PRIVILEGES)) {
      return usualPrivileges();
    }
    Set<Integer> numbers = new HashSet<>();
    for (String name : parameters.get(PRIVILEGES).split("[,\\s]+")) {
      if (!name.isEmpty()) {
        numbers.add(capability(name));
      }
    }
    return numbers;
  }

  private static int capability(String name) {
    for (int number = 0; number < CAPABILITIES; number++) {
      if (Capability.name(number).equals(name)) {
        return number;
      }
    }
    throw new IllegalArgumentException("There is no capability \"" + name + "\".");
  }

  /** A number that no other wire of this process has. */
  static int number() {
    return NUMBERS.incrementAndGet();
  }

  /** Whether a value of the configuration holds a placeholder. */
  final boolean names(String placeholder) {
    return config.values().stream().anyMatch(value -> value.contains(placeholder));
  }

  /** The configuration with placeholders replaced; pairs of placeholder and text. */
  final Map<String, String> config(String... replacements) {
    Map<String, String> all = new LinkedHashMap<>();
    config.forEach(
        (key, value) -> {
          String text = value;
          for (int i = 0; i < replacements.length; i += 2) {
            text = text.replace(replacements[i], replacements[i + 1]);
          }
          all.put(key, text);
        });
    return all;
  }

  /** A sentence for a placeholder that must be there. */
  final void require(String placeholder, String kind) {
    if (!names(placeholder)) {
      throw new IllegalArgumentException(
          "The stock wire %s needs %s in a value of the driver's configuration."
              .formatted(kind, placeholder));
    }
  }
}
