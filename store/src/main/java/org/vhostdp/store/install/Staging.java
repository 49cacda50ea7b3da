package org.vhostdp.store.install;

import java.io.IOException;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.SortedMap;
import java.util.stream.Stream;
import org.vhostdp.attest.Certificate;
import org.vhostdp.attest.FolderDigest;
import org.vhostdp.attest.Refused;
import org.vhostdp.store.DriverDescriptor;
import org.vhostdp.store.DriverRefused;
import org.vhostdp.store.InstalledDrivers;

/**
 * The folder beside the store where a package waits until it is known to be good, and where a
 * version that was removed ends. It is empty between changes. Under the store's lock.
 */
final class Staging {
  private static final String FOLDER = "staging";

  private final InstalledDrivers drivers;
  private final Path folder;
  private SortedMap<String, String> files;

  private Staging(InstalledDrivers drivers, Path folder) {
    this.drivers = drivers;
    this.folder = folder;
  }

  private static Path place(InstalledDrivers drivers) {
    return drivers.root().resolve(FOLDER);
  }

  /** Makes an empty folder for a package. */
  static Staging make(InstalledDrivers drivers) throws IOException {
    Path folder = place(drivers).resolve("package");
    Files.createDirectories(folder);
    return new Staging(drivers, folder);
  }

  /** Removes what a change, or a process that was killed in one, has left. */
  static void clean(InstalledDrivers drivers) throws IOException {
    Folders.delete(place(drivers));
    for (Path each :
        List.of(drivers.enabled(), drivers.root().resolve("history"), drivers.store())) {
      if (Files.isDirectory(each)) {
        try (Stream<Path> files = Files.list(each)) {
          for (Path file : files.toList()) {
            if (file.getFileName().toString().startsWith(".") || isOrphan(file)) {
              Files.delete(file);
            }
          }
        }
      }
    }
  }

  /** A list of digests whose folder never came, or went. */
  private static boolean isOrphan(Path file) {
    String name = file.getFileName().toString();
    int dot = name.indexOf(".digests");
    return dot > 0 && Files.notExists(file.resolveSibling(name.substring(0, dot)));
  }

  /** Removes the folders of a store that has nothing in it. */
  static void forgetEmpty(InstalledDrivers drivers) throws IOException {
    for (Path each :
        List.of(drivers.enabled(), drivers.root().resolve("history"), drivers.store())) {
      try {
        Files.deleteIfExists(each);
      } catch (DirectoryNotEmptyException e) {
        // It is in use: that is what it was made for.
        continue;
      }
    }
  }

  Path folder() {
    return folder;
  }

  /** The package's descriptor. */
  DriverDescriptor descriptor() throws DriverRefused {
    return DriverDescriptor.read(folder);
  }

  /** The package's name in the store. */
  String sha() throws DriverRefused {
    try {
      files = FolderDigest.of(folder);
      return FolderDigest.name(files);
    } catch (Refused e) {
      throw new DriverRefused(e.getMessage(), e);
    }
  }

  /** Moves the package into the store. */
  void publish(String sha) throws IOException {
    Path target = drivers.store().resolve(sha);
    Files.createDirectories(drivers.store());
    Folders.syncAll(folder);
    StringBuilder list = new StringBuilder();
    files.forEach((name, hex) -> list.append(hex).append("  ").append(name).append('\n'));
    Folders.write(InstalledDrivers.digestsOf(target), list.toString());
    Files.move(folder, target, StandardCopyOption.ATOMIC_MOVE);
    Folders.sync(drivers.store());
    Folders.sync(drivers.root());
  }

  /** Takes over what is said about files that are installed already; the certificate comes last. */
  void refreshCertificate(Path installed) throws IOException {
    Path from = folder.resolve(FolderDigest.ATTEST);
    if (!Files.isDirectory(from)) {
      return;
    }
    Path to = installed.resolve(FolderDigest.ATTEST);
    try (Stream<Path> all = Files.walk(from)) {
      for (Path each : all.sorted().toList()) {
        Path target = to.resolve(from.relativize(each));
        if (Files.isDirectory(each)) {
          Files.createDirectories(target);
        } else if (!each.equals(Certificate.in(folder))) {
          Files.move(each, target, StandardCopyOption.ATOMIC_MOVE);
        }
      }
    }
    if (Certificate.isIn(folder)) {
      Files.move(Certificate.in(folder), Certificate.in(installed), StandardCopyOption.ATOMIC_MOVE);
    }
    Folders.sync(to);
  }

  /** Takes a version out of the store; it is gone when the change ends. */
  static void take(InstalledDrivers drivers, InstalledDrivers.Installed installed)
      throws IOException {
    Files.createDirectories(place(drivers));
    Files.move(
        installed.folder(),
        place(drivers).resolve(installed.sha()),
        StandardCopyOption.ATOMIC_MOVE);
    Files.deleteIfExists(InstalledDrivers.digestsOf(installed.folder()));
    Folders.sync(drivers.store());
  }
}
