package org.vhostdp.tck.rules;

import static org.vhostdp.tck.rule.Trial.require;

import java.io.IOException;
import java.lang.ref.WeakReference;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.vhostdp.spi.DriverException;
import org.vhostdp.spi.Port;
import org.vhostdp.spi.PortSettings;
import org.vhostdp.spi.Region;
import org.vhostdp.tck.harness.Faults;
import org.vhostdp.tck.harness.Harness;
import org.vhostdp.tck.harness.Wire;
import org.vhostdp.tck.rule.Broken;
import org.vhostdp.tck.rule.Deadline;
import org.vhostdp.tck.rule.Frames;
import org.vhostdp.tck.rule.Group;
import org.vhostdp.tck.rule.Need;
import org.vhostdp.tck.rule.OpenPort;
import org.vhostdp.tck.rule.Rule;
import org.vhostdp.tck.rule.RuleTest;
import org.vhostdp.tck.rule.Trial;

/** What is left when a port is closed. */
final class LeakRules {
  /** Ports opened and closed; a leak shows in each. */
  private static final int PORTS = 4;

  private static final int COLLECTIONS = 10;

  /** Times patience, for garbage to be collected. */
  private static final int LONGEST = 10;

  private static final long PAUSE_MILLIS = 5;

  private LeakRules() {}

  static List<Rule> rules() {
    return List.of(
        rule(
            "LEAK-1",
            "descriptors are closed",
            "Port",
            "After close no file descriptor is open that the port opened.",
            LeakRules::descriptorsAreClosed),
        rule(
            "LEAK-2",
            "memory is unmapped",
            "Port",
            "After close nothing is mapped that the port mapped.",
            LeakRules::memoryIsUnmapped),
        rule(
            "LEAK-3",
            "nothing is left outside the process",
            "Port",
            "After close nothing is left outside the process that was not there before: no"
                + " interface, program, queueing discipline or file, unless the configuration asks"
                + " for it.",
            LeakRules::nothingIsLeftOutside),
        rule(
            "LEAK-4",
            "a closed port is garbage",
            "Port",
            "After close nothing holds the port: it is garbage once the host has dropped it.",
            LeakRules::closedPortIsGarbage),
        rule(
            "LEAK-5",
            "a dropped driver's classes are garbage",
            "Driver",
            "Nothing outside a driver's module holds its classes: once the host has dropped the"
                + " driver and its closed ports, its module layer is garbage.",
            LeakRules::droppedLayerIsGarbage),
        rule(
            "LEAK-6",
            "the device of a killed process opens again",
            "Driver",
            "When a process is killed while a port is open, another can open the same device at"
                + " once.",
            LeakRules::deviceOfAKilledProcessOpens));
  }

  private static Rule rule(String id, String title, String type, String sentence, RuleTest test) {
    return new Rule(id, title, type, sentence, Group.LEAKS, Need.NOTHING, test);
  }

  /** Opens a port on the wire, lets a frame pass each way, and closes it. */
  private static List<Region> use(Trial trial, Wire wire, int number, int length) throws Exception {
    OpenPort port = OpenPort.on(trial, wire, PortSettings.defaults());
    Traffic.exchange(trial, port, number, "on a port that was opened once more");
    Marked.pass(trial, port, number, length);
    List<Region> regions = port.port().regions();
    port.port().close();
    return regions;
  }

  private static void descriptorsAreClosed(Trial trial) throws Exception {
    Wire wire = trial.wire(Harness.Request.plain());
    use(trial, wire, Numbers.DESCRIPTORS, Numbers.DESCRIPTOR_LENGTH);
    Map<String, String> before = Holdings.descriptors();
    for (int i = 1; i <= PORTS; i++) {
      use(trial, wire, Numbers.DESCRIPTORS + i, Numbers.DESCRIPTOR_LENGTH);
    }
    Map<String, String> left = more(before);
    for (Deadline end = trial.deadline(); left.size() >= PORTS && !end.passed(); ) {
      // What Java or the kernel has open for a moment only is gone then.
      Thread.sleep(PAUSE_MILLIS);
      left = more(before);
    }
    require(
        left.size() < PORTS,
        "after %d ports had been closed, descriptors were still open: %s",
        PORTS,
        left);
  }

  private static Map<String, String> more(Map<String, String> before) throws IOException {
    Map<String, String> now = Holdings.descriptors();
    now.keySet().removeAll(before.keySet());
    return now;
  }

  private static void memoryIsUnmapped(Trial trial) throws Exception {
    Wire wire = trial.wire(Harness.Request.plain());
    use(trial, wire, Numbers.MAPPINGS, Numbers.MAPPING_LENGTH);
    List<String> before = Holdings.named();
    Set<Long> addresses = new TreeSet<>();
    for (int i = 1; i <= PORTS; i++) {
      for (Region region : use(trial, wire, Numbers.MAPPINGS + i, Numbers.MAPPING_LENGTH)) {
        addresses.add(region.segment().address());
      }
    }
    List<String> named = Holdings.named();
    Deadline end = trial.deadline();
    while (named.size() - before.size() >= PORTS && !end.passed()) {
      Thread.sleep(PAUSE_MILLIS);
      named = Holdings.named();
    }
    require(
        named.size() - before.size() < PORTS,
        "after %d ports had been closed, more was mapped than before: %s",
        PORTS,
        named);
    // Addresses that are used again stand for one; memory that nobody frees gets new ones.
    List<Long> mapped = stillMapped(addresses);
    for (int i = 0; i < COLLECTIONS && mapped.size() >= PORTS; i++) {
      System.gc();
      Thread.sleep(i);
      mapped = stillMapped(addresses);
    }
    require(
        mapped.size() < PORTS,
        "after %d ports had been closed, regions of theirs were still mapped, at %s",
        PORTS,
        mapped.stream().map(Long::toHexString).toList());
  }

  private static List<Long> stillMapped(Collection<Long> addresses) throws Exception {
    List<Long> mapped = new ArrayList<>();
    for (long address : addresses) {
      if (Holdings.mapped(address)) {
        mapped.add(address);
      }
    }
    return mapped;
  }

  private static void nothingIsLeftOutside(Trial trial) throws Exception {
    Wire wire = trial.wire(Harness.Request.plain());
    Faults faults = wire.faults().orElse(new Faults() {});
    Optional<Set<String>> before = faults.traces();
    use(trial, wire, Numbers.OUTSIDE, Numbers.OUTSIDE_LENGTH);
    if (before.isEmpty()) {
      trial.notTried("the harness cannot list what a port leaves outside the process");
      return;
    }
    Set<String> left = traces(faults, before.get());
    for (Deadline end = trial.deadline(); !left.isEmpty() && !end.passed(); ) {
      // The kernel takes some things away a moment after their last user let go.
      Thread.sleep(PAUSE_MILLIS);
      left = traces(faults, before.get());
    }
    require(left.isEmpty(), "a closed port left outside the process: %s", left);
  }

  private static Set<String> traces(Faults faults, Set<String> before) throws Exception {
    Set<String> left = new TreeSet<>(faults.traces().orElse(Set.of()));
    left.removeAll(before);
    return left;
  }

  private static void closedPortIsGarbage(Trial trial) throws Exception {
    WeakReference<Port> port = closedPort(trial);
    require(collected(trial, port), "something still holds a port that was closed and dropped");
  }

  private static WeakReference<Port> closedPort(Trial trial) throws Exception {
    // A trial of its own, because a trial remembers the ports it opened.
    try (Trial inner = new Trial(trial.harness(), trial.seed(), trial.patience())) {
      OpenPort port = inner.start();
      Marked.pass(inner, port, Numbers.GARBAGE, Numbers.GARBAGE_LENGTH);
      port.port().close();
      return new WeakReference<>(port.port());
    }
  }

  /**
   * A just-in-time compiler holds the classes of what it is about to compile, busy as it may be.
   */
  private static boolean collected(Trial trial, WeakReference<?> reference)
      throws InterruptedException {
    long end = System.nanoTime() + LONGEST * trial.patience().toNanos();
    for (int i = 0; reference.get() != null; i++) {
      if (i > COLLECTIONS && System.nanoTime() > end) {
        break;
      }
      System.gc();
      Thread.sleep(i);
    }
    return reference.get() == null;
  }

  private static void droppedLayerIsGarbage(Trial trial) throws Exception {
    WeakReference<ClassLoader> loader = droppedLoader(trial);
    if (loader == null) {
      trial.notTried("the driver is on the class path, not in a module");
      return;
    }
    require(
        collected(trial, loader),
        "something still holds the module layer of a driver dropped whole");
  }

  private static WeakReference<ClassLoader> droppedLoader(Trial trial) throws Exception {
    Optional<Harness.Fresh> fresh = FreshDriver.of(trial.harness());
    if (fresh.isEmpty()) {
      return null;
    }
    Wire wire = trial.wire(Harness.Request.plain());
    FreshDriver.use(trial, fresh.get().driver(), wire, Numbers.LAYER);
    return new WeakReference<>(fresh.get().loader());
  }

  private static void deviceOfAKilledProcessOpens(Trial trial) throws Exception {
    Wire wire = trial.wire(Harness.Request.plain());
    Faults faults = wire.faults().orElse(new Faults() {});
    if (!faults.killed()) {
      KilledPort.hold(trial, wire);
    }
    try {
      use(trial, wire, Numbers.KILLED, Frames.SHORTEST + 60);
    } catch (DriverException e) {
      throw new Broken("the device of a killed process did not open again: " + e.getMessage());
    }
  }
}
