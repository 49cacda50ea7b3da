package org.vhostdp.dataplane.driver;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.vhostdp.spi.Driver;

/**
 * Folders of drivers: {@code <store>/<name>/driver.properties} and {@code
 * <store>/<name>/lib/*.jar}. A driver is loaded when first asked for, once. Any control thread.
 */
public final class DriverStore {
  /**
   * One folder of the store.
   *
   * @param folder the folder
   * @param descriptor what it says, or null if it is refused
   * @param refusal why it is refused, or null
   */
  public record Entry(Path folder, DriverDescriptor descriptor, String refusal) {}

  private final List<Path> stores;
  private final Map<String, Driver> loaded = new HashMap<>();

  /**
   * @param stores folders of driver folders, searched in order; one that does not exist is empty
   */
  public DriverStore(List<Path> stores) {
    this.stores = List.copyOf(stores);
  }

  /** The folders searched. */
  public List<Path> stores() {
    return stores;
  }

  /** Every driver folder, refused ones too, in order of store and name. Loads nothing. */
  public List<Entry> entries() {
    List<Entry> entries = new ArrayList<>();
    for (Path store : stores) {
      if (!Files.isDirectory(store)) {
        continue;
      }
      try (Stream<Path> folders = Files.list(store)) {
        folders.filter(Files::isDirectory).sorted().map(DriverStore::entry).forEach(entries::add);
      } catch (IOException e) {
        entries.add(new Entry(store, null, "The store " + store + " cannot be read: " + e + "."));
      }
    }
    return entries;
  }

  private static Entry entry(Path folder) {
    try {
      return new Entry(folder, DriverDescriptor.read(folder), null);
    } catch (DriverRefused e) {
      return new Entry(folder, null, e.getMessage());
    }
  }

  /**
   * Loads the driver of an id.
   *
   * @throws DriverRefused if there is none, there are two, or it cannot be loaded
   */
  public synchronized Driver load(String id) throws DriverRefused {
    Driver known = loaded.get(id);
    if (known != null) {
      return known;
    }
    Driver driver = DriverLoader.load(find(id));
    loaded.put(id, driver);
    return driver;
  }

  /** The descriptor of the driver of an id, as {@link #load} would take it. */
  public DriverDescriptor find(String id) throws DriverRefused {
    List<Entry> entries = entries();
    List<DriverDescriptor> found =
        entries.stream()
            .map(Entry::descriptor)
            .filter(d -> d != null && d.id().equals(id))
            .toList();
    if (found.size() > 1) {
      throw new DriverRefused(
          "Two folders hold a driver %s: %s and %s. Remove one."
              .formatted(id, found.get(0).folder(), found.get(1).folder()));
    }
    if (found.isEmpty()) {
      List<String> known =
          entries.stream()
              .filter(e -> e.descriptor() != null)
              .map(e -> e.descriptor().id())
              .toList();
      throw new DriverRefused(
          "There is no driver \"%s\" in %s. %s"
              .formatted(
                  id,
                  stores,
                  known.isEmpty()
                      ? "No driver is installed."
                      : "Installed: " + String.join(", ", known) + "."));
    }
    return found.get(0);
  }
}
