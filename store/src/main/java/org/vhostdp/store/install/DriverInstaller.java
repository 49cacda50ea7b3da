package org.vhostdp.store.install;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.vhostdp.spi.Version;
import org.vhostdp.store.Cause;
import org.vhostdp.store.DriverCheck;
import org.vhostdp.store.DriverDescriptor;
import org.vhostdp.store.DriverRefused;
import org.vhostdp.store.InstalledDrivers;
import org.vhostdp.store.InstalledDrivers.Installed;
import org.vhostdp.store.TrustPolicy;

/**
 * Changes the drivers installed in a data folder. Each change takes the store's lock, happens in
 * one step, and leaves the store as it was when it is refused. Any thread.
 */
public final class DriverInstaller {
  private static final Duration PATIENCE = Duration.ofSeconds(30);

  private final InstalledDrivers drivers;
  private final Versions versions;
  private final DriverCheck check;
  private final Intake.Bounds bounds;
  private final Duration patience;

  /**
   * @param drivers the store; it is made when first needed
   * @param policy what is asked of a driver before it is installed or enabled
   */
  public DriverInstaller(InstalledDrivers drivers, TrustPolicy policy) {
    this(drivers, policy, Intake.USUAL, PATIENCE);
  }

  DriverInstaller(
      InstalledDrivers drivers, TrustPolicy policy, Intake.Bounds bounds, Duration patience) {
    this.drivers = drivers;
    this.versions = new Versions(drivers);
    this.check = new DriverCheck(policy);
    this.bounds = bounds;
    this.patience = patience;
  }

  private interface Work<T> {
    T run() throws IOException, DriverRefused;
  }

  private <T> T locked(Work<T> work) throws DriverRefused {
    try {
      boolean made = Files.notExists(drivers.store());
      Files.createDirectories(drivers.root());
      try (StoreLock _ = StoreLock.take(drivers.root(), patience)) {
        Staging.clean(drivers);
        try {
          return work.run();
        } finally {
          Staging.clean(drivers);
          if (made) {
            Staging.forgetEmpty(drivers);
          }
        }
      }
    } catch (IOException e) {
      throw new DriverRefused(
          "The store %s cannot be changed: %s.".formatted(drivers.root(), Cause.of(e)), e);
    }
  }

  /**
   * Installs a driver from its folder, or from a zip file of it.
   *
   * @param source the folder or file
   * @param enable whether to make it the active version
   * @param replace whether another build of the same version may be replaced
   * @throws DriverRefused saying why not; the store is as it was
   */
  public Change install(Path source, boolean enable, boolean replace) throws DriverRefused {
    boolean folder = Files.isDirectory(source);
    if (!folder && !Files.isRegularFile(source)) {
      throw new DriverRefused(
          "There is neither a folder nor a file %s to install.".formatted(source));
    }
    return locked(
        () -> {
          Staging staging = Staging.make(drivers);
          Intake intake = new Intake(staging.folder(), source.toString(), bounds);
          if (folder) {
            FolderIntake.take(source.toRealPath(), intake);
          } else {
            ZipIntake.take(source, intake, bounds);
          }
          try {
            return place(staging, enable, replace);
          } catch (DriverRefused e) {
            throw naming(source, staging, e);
          }
        });
  }

  /** The folder where a package waited is gone when its refusal is read. */
  private static DriverRefused naming(Path source, Staging staging, DriverRefused e) {
    String sentence = e.getMessage().replace(staging.folder().toString(), source.toString());
    return new DriverRefused(sentence, e);
  }

  private Change place(Staging staging, boolean enable, boolean replace)
      throws IOException, DriverRefused {
    DriverDescriptor d = staging.descriptor();
    DriverCheck.checkModules(d);
    check.check(d, false, null);
    String sha = staging.sha();
    Installed there = versions.find(sha).orElse(null);
    Installed sameVersion = sameVersion(d, sha, replace);
    boolean refreshed = there != null && sound(there);
    if (refreshed) {
      staging.refreshCertificate(there.folder());
    } else {
      if (there != null) {
        versions.discard(there);
      }
      staging.publish(sha);
    }
    if (enable) {
      versions.activate(d.id(), sha);
    }
    if (sameVersion != null && (enable || !sameVersion.active())) {
      versions.discard(sameVersion);
    }
    return placed(sha, refreshed);
  }

  /** Another build of that version, or null. */
  private Installed sameVersion(DriverDescriptor d, String sha, boolean replace)
      throws DriverRefused {
    Installed other =
        versions.of(d.id()).stream()
            .filter(i -> i.descriptor().version().equals(d.version()))
            .filter(i -> !i.sha().equals(sha))
            .findFirst()
            .orElse(null);
    if (other != null && !replace) {
      throw new DriverRefused(
          "The driver %s %s is installed already, with other files (%s). Give the new one another version, or replace it with --force."
              .formatted(d.id(), d.version(), other.folder()));
    }
    return other;
  }

  private Change placed(String sha, boolean refreshed) throws DriverRefused {
    DriverDescriptor d = DriverDescriptor.read(drivers.store().resolve(sha));
    boolean active = drivers.active(d.id()).filter(sha::equals).isPresent();
    String state = active ? " is active." : ". It is not active.";
    String sentence =
        refreshed
            ? "%s %s was installed already%s"
                .formatted(d.id(), d.version(), active ? "; it" + state : state)
            : "Installed %s %s%s".formatted(d.id(), d.version(), active ? "; it" + state : state);
    return new Change(d, sha, active, sentence);
  }

  /** Whether an installed folder is still what was installed, whatever it is trusted with. */
  private static boolean sound(Installed installed) {
    if (installed.descriptor() == null) {
      return false;
    }
    try {
      InstalledDrivers.checkFiles(installed.descriptor());
      return true;
    } catch (DriverRefused e) {
      return false;
    }
  }

  /**
   * Makes an installed version the active one.
   *
   * @param version null for the one that was active last, or else the highest
   * @throws DriverRefused if there is none, or it may not be loaded; the store is as it was
   */
  public Change enable(String id, Version version) throws DriverRefused {
    return locked(
        () -> {
          Installed chosen = version == null ? versions.latest(id) : versions.one(id, version);
          check.check(chosen.descriptor(), true, null);
          boolean already = chosen.active();
          versions.activate(id, chosen.sha());
          return change(chosen, true, already ? "%s %s is active already." : "Enabled %s %s.");
        });
  }

  private static Change change(Installed installed, boolean active, String sentence) {
    DriverDescriptor d = installed.descriptor();
    return new Change(d, installed.sha(), active, sentence.formatted(d.id(), d.version()));
  }

  /**
   * Takes a driver out of use; its versions stay installed.
   *
   * @throws DriverRefused if it is not enabled
   */
  public Change disable(String id) throws DriverRefused {
    return locked(
        () -> {
          Installed active =
              versions.some(id).stream()
                  .filter(Installed::active)
                  .findFirst()
                  .orElseThrow(() -> new DriverRefused("The driver " + id + " is not enabled."));
          versions.history(id).push(active.sha());
          versions.leave(id);
          return change(active, false, "Disabled %s; %s stays installed.");
        });
  }

  /**
   * Makes the version active that was active before this one.
   *
   * @throws DriverRefused if there was none, or it may not be loaded; the store is as it was
   */
  public Change rollback(String id) throws DriverRefused {
    return locked(
        () -> {
          List<Installed> all = versions.some(id);
          String now = drivers.active(id).orElse("");
          for (String sha : versions.history(id).read().reversed()) {
            Optional<Installed> before =
                all.stream().filter(i -> i.sha().equals(sha) && !sha.equals(now)).findFirst();
            if (before.isPresent()) {
              check.check(before.get().descriptor(), true, null);
              versions.goTo(id, sha);
              versions.history(id).drop(sha);
              return change(before.get(), true, "Went back to %s %s.");
            }
          }
          throw new DriverRefused(
              "The driver %s has no earlier version to go back to. Choose one with \"vhost-dp driver enable %s VERSION\"."
                  .formatted(id, id));
        });
  }

  /**
   * Removes an installed version.
   *
   * @param version null for the only one
   * @param force whether the active version may go
   * @throws DriverRefused if it is active, or not the only one; the store is as it was
   */
  public Change remove(String id, Version version, boolean force) throws DriverRefused {
    return locked(
        () -> {
          List<Installed> all = versions.some(id);
          if (version == null && all.size() > 1) {
            throw new DriverRefused(
                "The driver %s has %d versions installed. Name the one to remove."
                    .formatted(id, all.size()));
          }
          Installed chosen = version == null ? all.getFirst() : versions.one(id, version);
          if (chosen.active() && !force) {
            throw new DriverRefused(
                "The driver %s %s is active. Disable it first, enable another version, or use --force."
                    .formatted(id, chosen.descriptor().version()));
          }
          if (chosen.active()) {
            versions.leave(id);
          }
          versions.discard(chosen);
          return change(chosen, false, "Removed %s %s.");
        });
  }
}
