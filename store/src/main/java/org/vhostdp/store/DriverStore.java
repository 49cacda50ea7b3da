package org.vhostdp.store;

import java.io.IOException;
import java.lang.System.Logger.Level;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.vhostdp.attest.TrustLevel;
import org.vhostdp.attest.Verified;
import org.vhostdp.spi.Driver;
import org.vhostdp.spi.Probe;

/**
 * Where drivers come from, in this order: folders of driver folders that the operator named,
 * drivers installed in data folders, and folders of driver folders that belong to the program. A
 * driver that is found earlier stands in front of later ones of its id. Each is checked before a
 * class of it is loaded, and loaded when first asked for, once. Any control thread.
 */
public final class DriverStore {
  /** Where a driver lies. */
  public enum Place {
    /** A folder that the operator named; it may be changed at any time. */
    NAMED,
    /** Installed: versions side by side, one of them active. */
    INSTALLED,
    /** Part of the program. */
    BUILT_IN
  }

  /**
   * One folder of the store.
   *
   * @param folder the folder
   * @param descriptor what it says, or null if it is refused
   * @param refusal why it is refused, or null
   * @param place where it lies
   * @param active whether it is the one that its id stands for
   */
  public record Entry(
      Path folder, DriverDescriptor descriptor, String refusal, Place place, boolean active) {
    /** Whether it is a driver of this id. */
    public boolean is(String id) {
      return descriptor != null && descriptor.id().equals(id);
    }
  }

  private final List<Path> named;
  private final List<InstalledDrivers> installed;
  private final List<Path> builtIn;
  private final TrustPolicy policy;
  private final DriverCheck check;
  private final Map<Path, Driver> loaded = new HashMap<>();

  /**
   * Drivers in plain folders alone, of whatever trust.
   *
   * @param stores folders of driver folders; one that does not exist is empty
   */
  public DriverStore(List<Path> stores) {
    this(stores, List.of(), List.of(), TrustPolicy.NONE);
  }

  /**
   * Any of the folders may be missing.
   *
   * @param named folders of driver folders
   * @param installed data folders
   * @param builtIn folders of driver folders
   * @param policy what is asked of a driver
   */
  public DriverStore(
      List<Path> named, List<InstalledDrivers> installed, List<Path> builtIn, TrustPolicy policy) {
    this.named = List.copyOf(named);
    this.installed = List.copyOf(installed);
    this.builtIn = List.copyOf(builtIn);
    this.policy = policy;
    this.check = new DriverCheck(policy);
  }

  /** The folders searched, in order. */
  public List<Path> stores() {
    List<Path> stores = new ArrayList<>(named);
    installed.forEach(drivers -> stores.add(drivers.root()));
    stores.addAll(builtIn);
    return List.copyOf(stores);
  }

  /** What is asked of a driver. */
  public TrustPolicy policy() {
    return policy;
  }

  /** Every driver folder, refused ones too, in order of place and name. Loads nothing. */
  public List<Entry> entries() {
    List<Entry> entries = new ArrayList<>();
    named.forEach(store -> plain(store, Place.NAMED, entries));
    for (InstalledDrivers drivers : installed) {
      for (InstalledDrivers.Installed each : drivers.all()) {
        boolean active = each.active() && isFree(each.descriptor(), entries);
        entries.add(
            new Entry(each.folder(), each.descriptor(), each.refusal(), Place.INSTALLED, active));
      }
    }
    builtIn.forEach(store -> plain(store, Place.BUILT_IN, entries));
    return entries;
  }

  private static boolean isFree(DriverDescriptor d, List<Entry> entries) {
    return entries.stream().noneMatch(e -> e.active() && e.is(d.id()));
  }

  /** Two folders of one id in one place are both active: asking for that id is refused. */
  private static void plain(Path store, Place place, List<Entry> entries) {
    if (!Files.isDirectory(store)) {
      return;
    }
    try (Stream<Path> folders = Files.list(store)) {
      for (Path folder : folders.filter(Files::isDirectory).sorted().toList()) {
        entries.add(entry(folder, place, entries));
      }
    } catch (IOException e) {
      entries.add(
          new Entry(
              store, null, "The store " + store + " cannot be read: " + e + ".", place, false));
    }
  }

  private static Entry entry(Path folder, Place place, List<Entry> entries) {
    try {
      DriverDescriptor d = DriverDescriptor.read(folder);
      boolean hidden =
          entries.stream().anyMatch(e -> e.active() && e.is(d.id()) && e.place() != place);
      return new Entry(folder, d, null, place, !hidden);
    } catch (DriverRefused e) {
      return new Entry(folder, null, e.getMessage(), place, false);
    }
  }

  /**
   * Loads the active driver of an id.
   *
   * @throws DriverRefused if there is none, there are two, or it cannot be loaded
   */
  public Driver load(String id) throws DriverRefused {
    return load(DriverRequest.of(id));
  }

  /**
   * Loads a driver.
   *
   * @throws DriverRefused if there is none, there are two, or it cannot be loaded
   */
  public synchronized Driver load(DriverRequest request) throws DriverRefused {
    Entry entry = entry(request);
    DriverDescriptor d = entry.descriptor();
    // Trust is asked for each time: another section may ask for more.
    Verified verified = verify(entry, request.trust());
    Driver known = loaded.get(d.folder());
    if (known != null) {
      return known;
    }
    if (verified.certificate().isPresent()) {
      System.Logger log = System.getLogger(DriverStore.class.getName());
      verified.warnings().forEach(sentence -> log.log(Level.WARNING, sentence));
    }
    Driver driver = new DriverLoader().load(d);
    loaded.put(d.folder(), driver);
    return driver;
  }

  /**
   * Checks one folder as before loading it.
   *
   * @param minimum least level of trust; null for the policy's
   * @throws DriverRefused saying what is wrong
   */
  public Verified verify(Entry entry, TrustLevel minimum) throws DriverRefused {
    return check.check(entry.descriptor(), entry.place() == Place.INSTALLED, minimum);
  }

  /**
   * Loads the driver of one folder, whatever lies beside it and whoever vouches for it: for its
   * author, and for tests. Each call loads it anew.
   *
   * @throws DriverRefused if it cannot be loaded
   */
  public static Driver loadFolder(Path folder) throws DriverRefused {
    DriverDescriptor d = DriverDescriptor.read(folder);
    new DriverCheck(TrustPolicy.NONE).check(d, false, null);
    return new DriverLoader().load(d);
  }

  /**
   * Asks a driver whether it can run here.
   *
   * @throws DriverRefused if it fails, or does not answer in time
   */
  public Probe probe(Driver driver) throws DriverRefused {
    return new DriverLoader().probe(driver);
  }

  /** The descriptor of the driver of an id, as {@link #load(String)} would take it. */
  public DriverDescriptor find(String id) throws DriverRefused {
    return entry(DriverRequest.of(id)).descriptor();
  }

  /**
   * The folder that a request would take.
   *
   * @throws DriverRefused if there is none, or there are two
   */
  public Entry entry(DriverRequest request) throws DriverRefused {
    List<Entry> all = entries().stream().filter(e -> e.descriptor() != null).toList();
    List<Entry> active = all.stream().filter(e -> e.active() && e.is(request.id())).toList();
    if (active.size() > 1) {
      throw new DriverRefused(
          "Two folders hold a driver %s: %s and %s. Remove one."
              .formatted(request.id(), active.get(0).folder(), active.get(1).folder()));
    }
    if (active.isEmpty()) {
      throw missing(request.id(), all);
    }
    if (request.versions() == null
        || request.versions().contains(active.getFirst().descriptor().version())) {
      return active.getFirst();
    }
    return all.stream()
        .filter(e -> e.is(request.id()) && request.versions().contains(e.descriptor().version()))
        .max(Comparator.comparing(e -> e.descriptor().version()))
        .orElseThrow(() -> noVersion(request, all));
  }

  private static DriverRefused noVersion(DriverRequest request, List<Entry> all) {
    List<String> there =
        all.stream()
            .filter(e -> e.is(request.id()))
            .map(e -> e.descriptor().version().toString())
            .distinct()
            .toList();
    return new DriverRefused(
        "No version of the driver %s is in the range %s. Installed: %s."
            .formatted(request.id(), request.versions(), String.join(", ", there)));
  }

  private DriverRefused missing(String id, List<Entry> all) {
    if (all.stream().anyMatch(e -> e.is(id))) {
      return new DriverRefused(
          "The driver %s is installed but disabled. Enable it with \"vhost-dp driver enable %s\"."
              .formatted(id, id));
    }
    List<String> known = all.stream().map(e -> e.descriptor().id()).distinct().toList();
    return new DriverRefused(
        "There is no driver \"%s\" in %s. %s"
            .formatted(
                id,
                stores(),
                known.isEmpty()
                    ? "No driver is installed."
                    : "Installed: " + String.join(", ", known) + "."));
  }
}
