package org.vhostdp.store.install;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.vhostdp.attest.Printable;
import org.vhostdp.spi.Version;
import org.vhostdp.store.DriverRefused;
import org.vhostdp.store.InstalledDrivers;
import org.vhostdp.store.InstalledDrivers.Installed;

/** The versions in a store, and which of them is active or was. Under the store's lock. */
final class Versions {
  private final InstalledDrivers drivers;

  Versions(InstalledDrivers drivers) {
    this.drivers = drivers;
  }

  /** The folder of that name, refused ones too. */
  Optional<Installed> find(String sha) {
    return drivers.all().stream().filter(i -> i.sha().equals(sha)).findFirst();
  }

  /** Those of an id, from the highest; none is no mistake. */
  List<Installed> of(String id) {
    return drivers.all().stream()
        .filter(i -> i.descriptor() != null && i.descriptor().id().equals(id))
        .toList();
  }

  /** Those of an id, at least one. */
  List<Installed> some(String id) throws DriverRefused {
    List<Installed> versions = of(id);
    if (versions.isEmpty()) {
      throw new DriverRefused(
          "No driver \"%s\" is installed in %s. Drivers in other folders cannot be changed by commands."
              .formatted(Printable.of(id), drivers.root()));
    }
    return versions;
  }

  /** The one of that version. */
  Installed one(String id, Version version) throws DriverRefused {
    List<Installed> versions = some(id);
    for (Installed each : versions) {
      if (each.descriptor().version().equals(version)) {
        return each;
      }
    }
    throw new DriverRefused(
        "Version %s of the driver %s is not installed. Installed: %s."
            .formatted(
                version,
                id,
                String.join(
                    ", ",
                    versions.stream().map(i -> i.descriptor().version().toString()).toList())));
  }

  /** The active one, or the one that was active last, or the highest. */
  Installed latest(String id) throws IOException, DriverRefused {
    List<Installed> versions = some(id);
    for (Installed each : versions) {
      if (each.active()) {
        return each;
      }
    }
    for (String sha : history(id).read().reversed()) {
      for (Installed each : versions) {
        if (each.sha().equals(sha)) {
          return each;
        }
      }
    }
    return versions.getFirst();
  }

  History history(String id) {
    return new History(drivers.root().resolve("history"), id);
  }

  /** Makes a version the active one, and remembers the one before. */
  void activate(String id, String sha) throws IOException {
    Files.createDirectories(drivers.enabled());
    Optional<String> before = drivers.active(id);
    if (before.filter(sha::equals).isPresent()) {
      return;
    }
    if (before.isPresent()) {
      history(id).push(before.get());
    }
    goTo(id, sha);
  }

  /** Points an id at a version; the one before is forgotten. */
  void goTo(String id, String sha) throws IOException {
    Folders.link(drivers.enabled().resolve(id), Path.of("..", "store", sha));
  }

  /** Points an id at nothing. */
  void leave(String id) throws IOException {
    Files.delete(drivers.enabled().resolve(id));
    Folders.sync(drivers.enabled());
  }

  /** A version that is not active goes: first its name, so that nobody finds half of it. */
  void discard(Installed installed) throws IOException {
    if (installed.descriptor() != null) {
      history(installed.descriptor().id()).drop(installed.sha());
    }
    Staging.take(drivers, installed);
  }
}
