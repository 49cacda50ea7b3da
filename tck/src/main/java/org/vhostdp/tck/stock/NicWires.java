package org.vhostdp.tck.stock;

import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.vhostdp.spi.Driver;
import org.vhostdp.tck.harness.Harness;
import org.vhostdp.tck.harness.Wire;

/** Devices and interfaces that are there already; see {@link StockWires#NIC}. */
final class NicWires extends StockWires {
  static final String NEAR = "near";
  private static final String FAR = "far";
  private static final String LINK = "link";

  private final Driver driver;
  private final List<String> near;
  private final List<String> far;
  private final String link;

  /** Numbers of the cables that wires have now. */
  private final Set<Integer> taken = new HashSet<>();

  /**
   * @param driver the sound one, which takes what a hypervisor kept for a device
   */
  NicWires(Driver driver, Map<String, String> config, Map<String, String> parameters) {
    super(config, parameters);
    this.driver = driver;
    near = names(parameters, NEAR);
    far = names(parameters, FAR);
    link = parameters.getOrDefault(LINK, "");
    require(DEVICE, NIC);
    if (near.isEmpty() || near.size() != far.size()) {
      throw new IllegalArgumentException(
          ("The stock wire %s needs as many devices in near as interfaces in far, by commas;"
                  + " there are %d and %d.")
              .formatted(NIC, near.size(), far.size()));
    }
  }

  private static List<String> names(Map<String, String> parameters, String key) {
    return Stream.of(parameters.getOrDefault(key, "").split(","))
        .map(String::strip)
        .filter(name -> !name.isEmpty())
        .toList();
  }

  @Override
  Wire make(Harness.Request request) throws Exception {
    int free = 0;
    while (taken.contains(free)) {
      free++;
    }
    if (free == near.size()) {
      throw new IllegalStateException(
          "A rule needs %d devices at a time; name more in near and far.".formatted(free + 1));
    }
    NicWire wire = new NicWire(this, free);
    taken.add(free);
    return wire;
  }

  /** A wire was closed. */
  void free(int number) {
    taken.remove(number);
  }

  /** Whether another wire can be made now. */
  boolean more() {
    return taken.size() < near.size();
  }

  Driver driver() {
    return driver;
  }

  String near(int number) {
    return near.get(number);
  }

  String far(int number) {
    return far.get(number);
  }

  /**
   * The shell's command that pulls the plug of a cable or puts it in again, or "" if the far
   * interface does that.
   */
  String linkCommand(int number, boolean up) {
    return replaced(
        link,
        NUMBER,
        Integer.toString(number + 1),
        "{state}",
        up ? "on" : "off",
        DEVICE,
        near(number));
  }

  @Override
  String describe() {
    return "a device, and a packet socket on the interface that it is cabled to";
  }

  @Override
  Set<Integer> usualPrivileges() {
    return Set.of();
  }
}
