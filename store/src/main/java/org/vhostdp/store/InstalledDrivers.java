package org.vhostdp.store;

import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.vhostdp.attest.FolderDigest;
import org.vhostdp.attest.Printable;
import org.vhostdp.attest.Refused;
import org.vhostdp.attest.Sha256;

/**
 * The drivers installed in one data folder, read only:
 *
 * <pre>
 * DATA/drivers/store/SHA256/{driver.properties, lib/, attest/}
 * DATA/drivers/store/SHA256.digests       what was installed; its own SHA-256 is the folder's name
 * DATA/drivers/enabled/ID -> ../store/SHA256
 * </pre>
 *
 * Nothing is cached: another process may install at any time. Any thread.
 */
public final class InstalledDrivers {
  private static final long MOST_BYTES = 4 << 20;

  /**
   * One folder of the store.
   *
   * @param sha its name
   * @param folder the folder
   * @param descriptor what it says, or null if it is refused
   * @param refusal why it is refused, or null
   * @param active whether its id's link leads to it
   */
  public record Installed(
      String sha, Path folder, DriverDescriptor descriptor, String refusal, boolean active) {}

  private final Path root;

  /**
   * @param data the data folder; it need not exist
   */
  public InstalledDrivers(Path data) {
    this.root = data.toAbsolutePath().normalize().resolve("drivers");
  }

  /** {@code DATA/drivers}. */
  public Path root() {
    return root;
  }

  /** The folder of drivers by their digest. */
  public Path store() {
    return root.resolve("store");
  }

  /** The folder of links by id. */
  public Path enabled() {
    return root.resolve("enabled");
  }

  /** The list of digests beside a driver's folder. */
  public static Path digestsOf(Path folder) {
    return folder.resolveSibling(folder.getFileName() + ".digests");
  }

  /** Every driver installed, in order of id, and of version from the highest. */
  public List<Installed> all() {
    List<Installed> all = new ArrayList<>();
    try (Stream<Path> folders = Files.list(store())) {
      for (Path folder : folders.sorted().toList()) {
        if (Sha256.isDigest(folder.getFileName().toString())) {
          all.add(installed(folder));
        }
      }
    } catch (NoSuchFileException e) {
      return all;
    } catch (IOException e) {
      all.add(refused(store(), "The store " + store() + " cannot be read: " + e + "."));
    }
    all.sort(
        Comparator.comparing((Installed i) -> i.descriptor() == null ? "" : i.descriptor().id())
            .thenComparing(
                i -> i.descriptor() == null ? null : i.descriptor().version(),
                Comparator.nullsFirst(Comparator.reverseOrder())));
    return all;
  }

  private Installed installed(Path folder) {
    String sha = folder.getFileName().toString();
    try {
      DriverDescriptor d = DriverDescriptor.read(folder);
      boolean active = active(d.id()).filter(sha::equals).isPresent();
      return new Installed(sha, folder, d, null, active);
    } catch (DriverRefused e) {
      return refused(folder, e.getMessage());
    }
  }

  private static Installed refused(Path folder, String sentence) {
    return new Installed(folder.getFileName().toString(), folder, null, sentence, false);
  }

  /** The digest that an id's link leads to; empty if the id is not enabled. */
  public Optional<String> active(String id) {
    Path link = enabled().resolve(id);
    if (!Files.isSymbolicLink(link)) {
      return Optional.empty();
    }
    try {
      Path target = Files.readSymbolicLink(link);
      String sha = target.getFileName().toString();
      boolean ours = target.equals(Path.of("..", "store", sha)) && Sha256.isDigest(sha);
      return ours ? Optional.of(sha) : Optional.empty();
    } catch (IOException e) {
      return Optional.empty();
    }
  }

  /** Links that lead to no driver of their name: a sentence for each. */
  public List<String> brokenLinks() {
    List<String> broken = new ArrayList<>();
    try (Stream<Path> links = Files.list(enabled())) {
      for (Path link : links.sorted().toList()) {
        String id = link.getFileName().toString();
        boolean good =
            id.startsWith(".")
                || all().stream().anyMatch(i -> i.active() && i.descriptor().id().equals(id));
        if (!good) {
          broken.add(
              "The link %s leads to no installed driver %s. Enable a version of it, or remove the link."
                  .formatted(link, Printable.of(id)));
        }
      }
    } catch (NoSuchFileException e) {
      return broken;
    } catch (IOException e) {
      broken.add("The folder " + enabled() + " cannot be read: " + e + ".");
    }
    return broken;
  }

  /**
   * Compares the files of an installed driver with what was installed, whatever it is trusted with.
   *
   * @throws DriverRefused naming the driver and the file
   */
  public static void checkFiles(DriverDescriptor d) throws DriverRefused {
    try {
      checkFiles(d, FolderDigest.of(d.folder()));
    } catch (Refused e) {
      throw new DriverRefused(e.getMessage(), e);
    }
  }

  /**
   * Compares the files of an installed driver with what was installed.
   *
   * @param now the folder's digests by name
   * @throws DriverRefused naming the driver and the file
   */
  static void checkFiles(DriverDescriptor d, SortedMap<String, String> now) throws DriverRefused {
    SortedMap<String, String> then = recorded(d);
    TreeSet<String> names = new TreeSet<>(then.keySet());
    names.addAll(now.keySet());
    for (String name : names) {
      String shown = Printable.of(name);
      if (!now.containsKey(name)) {
        throw changed(d, "the file " + shown + " is missing");
      }
      if (!then.containsKey(name)) {
        throw changed(d, "the file " + shown + " does not belong to it");
      }
      if (!then.get(name).equals(now.get(name))) {
        throw changed(d, "the file " + shown + " is not what was installed");
      }
    }
  }

  private static SortedMap<String, String> recorded(DriverDescriptor d) throws DriverRefused {
    Path list = digestsOf(d.folder());
    String text;
    try {
      if (!Files.isRegularFile(list, LinkOption.NOFOLLOW_LINKS) || Files.size(list) > MOST_BYTES) {
        throw changed(d, "the list of its files is missing: " + list);
      }
      text = Files.readString(list);
    } catch (CharacterCodingException e) {
      throw new DriverRefused(otherList(d, list).getMessage(), e);
    } catch (IOException e) {
      throw new DriverRefused(
          "The driver %s %s cannot be checked: %s.".formatted(d.id(), d.version(), Cause.of(e)), e);
    }
    SortedMap<String, String> digests = new TreeMap<>();
    for (String line : text.split("\n")) {
      int blank = line.indexOf("  ");
      if (blank > 0) {
        digests.put(line.substring(blank + 2), line.substring(0, blank));
      }
    }
    if (!FolderDigest.name(digests).equals(d.folder().getFileName().toString())) {
      throw otherList(d, list);
    }
    return digests;
  }

  private static DriverRefused otherList(DriverDescriptor d, Path list) {
    return changed(d, "the list of its files is not the one that names its folder: " + list);
  }

  private static DriverRefused changed(DriverDescriptor d, String what) {
    return new DriverRefused(
        "The driver %s %s in %s was changed after it was installed: %s. Remove it and install it again."
            .formatted(d.id(), d.version(), d.folder(), what));
  }
}
