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

  /** A device and an interface that are there, and cabled to each other. */
  public static final String NIC = "nic";

  static final String DEVICE = "{device}";
  static final String NETNS = "{netns}";
  static final String WIRE = "{wire}";
  static final String NUMBER = "{n}";
  static final String FOLDER = "{dir}";
  private static final String PROCESS = "{pid}";

  private static final Map<String, String> DEVICE_KEYS = Map.of("ifname", DEVICE, "netns", NETNS);
  private static final Map<String, String> PAIR_KEYS = Map.of("mode", "pair", "wire", WIRE);
  private static final AtomicInteger NUMBERS = new AtomicInteger();

  /** Bits of a capability set. */
  private static final int CAPABILITIES = 64;

  private static final String PRIVILEGES = "privileges";
  private static final String THREAD = "thread";

  private final Map<String, String> config;
  private final Map<String, String> parameters;

  /** Null unless the driver's descriptor names any. */
  private List<String> documented;

  StockWires(Map<String, String> config, Map<String, String> parameters) {
    this.config = config;
    this.parameters = parameters;
  }

  /** Every kind, for help. */
  public static List<String> kinds() {
    return List.of(TAP, VETH, PAIR, NIC);
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
      case TAP -> new TapWires(chosen(keys, plan, device(plan), DEVICE), plan.parameters());
      case VETH ->
          new VethWires(driver, chosen(keys, plan, device(plan), DEVICE), plan.parameters());
      case PAIR -> new PairWires(driver, chosen(keys, plan, PAIR_KEYS, WIRE), plan.parameters());
      case NIC -> new NicWires(driver, plan.config(), plan.parameters());
      default ->
          throw new IllegalArgumentException(
              "There is no stock wire \"" + kind + "\"; there are " + kinds() + ".");
    };
  }

  /**
   * A driver that has to be told an interface uses one that is there; one that need not be makes
   * its own.
   */
  private static String usual(Driver driver, List<String> keys, StockPlan plan) {
    if (plan.parameters().containsKey(NicWires.NEAR)) {
      return NIC;
    }
    boolean pair = keys.contains("wire") && !plan.config().containsKey("ifname");
    boolean device = mentions(plan, DEVICE);
    if (pair && !device || mentions(plan, WIRE) || mentions(plan, FOLDER)) {
      return PAIR;
    }
    if (keys.contains("ifname") && keys.contains("netns")) {
      boolean uses =
          driver.schema().keys().stream()
              .anyMatch(key -> key.name().equals("ifname") && key.required());
      return uses ? VETH : TAP;
    }
    throw new IllegalArgumentException(
        "The keys of the driver "
            + driver.info().id()
            + " do not tell which wire it needs. Name one of "
            + kinds()
            + ".");
  }

  /** A driver that is not told a namespace works in that of the thread, which the kit moves. */
  private static Map<String, String> device(StockPlan plan) {
    boolean thread = THREAD.equals(plan.parameters().get("netns"));
    return thread ? Map.of("ifname", DEVICE) : DEVICE_KEYS;
  }

  private static boolean mentions(StockPlan plan, String placeholder) {
    return plan.config().values().stream().anyMatch(value -> value.contains(placeholder));
  }

  /**
   * The plan's values, and the wire's own for keys that the driver has and the plan leaves out. A
   * plan that places the device by itself leaves nothing to choose.
   */
  private static Map<String, String> chosen(
      List<String> keys, StockPlan plan, Map<String, String> usual, String placeholder) {
    Map<String, String> all = new LinkedHashMap<>();
    boolean placed = mentions(plan, placeholder) || mentions(plan, FOLDER);
    usual.forEach(
        (key, value) -> {
          if (keys.contains(key) && !(placed && value.equals(placeholder))) {
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

  /** Capabilities that the driver's own descriptor names. */
  final void documented(List<String> names) {
    documented = List.copyOf(names);
  }

  /** Numbers of the capabilities that the driver may use. */
  final Set<Integer> privileges() {
    String given = parameters.get(PRIVILEGES);
    if (given == null && documented == null) {
      return usualPrivileges();
    }
    Set<Integer> numbers = new HashSet<>();
    List<String> names = given == null ? documented : List.of(given.split("[,\\s]+"));
    for (String name : names) {
      if (!name.isEmpty()) {
        numbers.add(capability(name));
      }
    }
    if (given == null && names(NETNS)) {
      numbers.add(Capability.CAP_SYS_ADMIN);
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
    config.forEach((key, value) -> all.put(key, replaced(value, replacements)));
    return all;
  }

  /** A value with placeholders replaced. */
  static String replaced(String value, String... replacements) {
    String text = value.replace(PROCESS, Long.toString(ProcessHandle.current().pid()));
    for (int i = 0; i < replacements.length; i += 2) {
      text = text.replace(replacements[i], replacements[i + 1]);
    }
    return text;
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
