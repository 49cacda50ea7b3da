package org.vhostdp.cli.catalogue;

import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.vhostdp.attest.Printable;
import org.vhostdp.attest.json.Json;
import org.vhostdp.attest.json.JsonRefused;
import org.vhostdp.cli.CommandFailed;
import org.vhostdp.cli.Exit;

/**
 * A folder that holds a site and nothing else. It is replaced as a whole: written beside, then
 * renamed. A list in it tells programs which drivers it is about, and which files are the site's,
 * so that nobody else's are ever removed.
 */
final class SiteFolder {
  /** The list, and by it the mark that the folder was written by this. */
  static final String LIST = org.vhostdp.store.market.Catalogue.FILE;

  private static final String MAKER = "vhost-dp driver catalogue";
  private static final long MOST_BYTES = 8 << 20;

  private final Path named;

  /**
   * @param folder where the site goes; it may exist or not
   */
  SiteFolder(Path folder) {
    this.named = folder.toAbsolutePath().normalize();
  }

  /**
   * Writes the files, and removes those of the site that was there before.
   *
   * @param files bytes by name
   * @param drivers what the list tells of each driver, as JSON values
   * @throws CommandFailed saying why not; the folder is as it was
   */
  void replace(Map<String, byte[]> files, List<?> drivers) throws CommandFailed {
    try {
      Path folder = Files.isSymbolicLink(named) ? named.toRealPath() : named;
      check(folder);
      Path parent = folder.getParent();
      if (parent == null || !Files.isDirectory(parent)) {
        throw new CommandFailed(
            "There is no folder %s to put the catalogue into; make it."
                .formatted(Printable.of(String.valueOf(parent))));
      }
      Path fresh = Files.createTempDirectory(parent, "." + folder.getFileName() + ".new");
      Path old;
      try {
        write(fresh, files);
        list(fresh, files, drivers);
        old = swap(folder, fresh);
      } finally {
        remove(fresh);
      }
      discard(old);
    } catch (IOException e) {
      throw new CommandFailed(
          Exit.FAILED,
          "The catalogue cannot be written to %s: %s. The folder is as it was."
              .formatted(Printable.of(named), reason(e)),
          e);
    }
  }

  private static String reason(IOException e) {
    return switch (e) {
      case AccessDeniedException denied -> "access to " + denied.getFile() + " is denied";
      case FileSystemException failed when failed.getReason() != null ->
          failed.getFile() + ": " + failed.getReason();
      default -> e.toString();
    };
  }

  private void check(Path folder) throws IOException, CommandFailed {
    if (!Files.exists(folder, LinkOption.NOFOLLOW_LINKS)) {
      return;
    }
    if (!Files.isDirectory(folder, LinkOption.NOFOLLOW_LINKS)) {
      throw new CommandFailed(
          "%s is no folder; name one for the catalogue.".formatted(Printable.of(named)));
    }
    if (!Files.exists(folder.resolve(LIST), LinkOption.NOFOLLOW_LINKS)) {
      try (Stream<Path> entries = Files.list(folder)) {
        Path first = entries.findFirst().orElse(null);
        if (first != null) {
          throw foreign(first.getFileName().toString(), "it was not written by this command");
        }
        return;
      }
    }
    Set<String> there = entries(folder);
    there.remove(LIST);
    there.removeAll(listed(folder.resolve(LIST)));
    if (!there.isEmpty()) {
      throw foreign(there.iterator().next(), "it is no part of the catalogue there");
    }
  }

  private CommandFailed foreign(String name, String why) {
    return new CommandFailed(
        "The folder %s holds \"%s\", and %s; nothing was written. Name an empty folder, or a new one."
            .formatted(Printable.of(named), Printable.of(name), why));
  }

  /** Files, links and whatever else there is, but folders. */
  private static Set<String> entries(Path folder) throws IOException {
    Set<String> names = new TreeSet<>();
    Files.walkFileTree(
        folder,
        new SimpleFileVisitor<>() {
          @Override
          public FileVisitResult visitFile(Path file, BasicFileAttributes what) {
            names.add(folder.relativize(file).toString());
            return FileVisitResult.CONTINUE;
          }
        });
    return names;
  }

  private Set<String> listed(Path list) throws IOException, CommandFailed {
    try {
      if (Files.isRegularFile(list, LinkOption.NOFOLLOW_LINKS) && Files.size(list) <= MOST_BYTES) {
        Object json = Json.read(Files.readString(list));
        if (MAKER.equals(Json.at(json, "maker"))) {
          Set<String> names = new TreeSet<>();
          Json.array(Json.at(json, "files")).forEach(name -> names.add(String.valueOf(name)));
          return names;
        }
      }
    } catch (JsonRefused | CharacterCodingException e) {
      throw new CommandFailed(Exit.FAILED, foreign(LIST, "it is damaged").getMessage(), e);
    }
    throw foreign(LIST, "it was not written by this command");
  }

  private static void write(Path fresh, Map<String, byte[]> files) throws IOException {
    Files.setPosixFilePermissions(fresh, PosixFilePermissions.fromString("rwxr-xr-x"));
    for (Map.Entry<String, byte[]> file : files.entrySet()) {
      Path path = fresh.resolve(file.getKey());
      Files.createDirectories(path.getParent());
      Files.write(path, file.getValue());
    }
  }

  private static void list(Path fresh, Map<String, byte[]> files, List<?> drivers)
      throws IOException {
    Map<String, Object> list = new LinkedHashMap<>();
    list.put("maker", MAKER);
    list.put("drivers", drivers);
    list.put("files", files.keySet());
    Files.write(fresh.resolve(LIST), (Json.pretty(list) + "\n").getBytes(StandardCharsets.UTF_8));
  }

  /**
   * Renames; if the second rename fails, the first is taken back.
   *
   * @return where what is to be removed is now, if there is anything
   */
  private static Path swap(Path folder, Path fresh) throws IOException {
    if (!Files.exists(folder, LinkOption.NOFOLLOW_LINKS)) {
      Files.move(fresh, folder, StandardCopyOption.ATOMIC_MOVE);
      return fresh;
    }
    Files.setPosixFilePermissions(fresh, Files.getPosixFilePermissions(folder));
    Path old = fresh.resolveSibling(fresh.getFileName() + ".old");
    Files.move(folder, old, StandardCopyOption.ATOMIC_MOVE);
    try {
      Files.move(fresh, folder, StandardCopyOption.ATOMIC_MOVE);
    } catch (IOException e) {
      Files.move(old, folder, StandardCopyOption.ATOMIC_MOVE);
      throw e;
    }
    return old;
  }

  private void discard(Path old) throws CommandFailed {
    try {
      remove(old);
    } catch (IOException e) {
      throw new CommandFailed(
          Exit.FAILED,
          "The catalogue is in %s, but the one before could not be removed: %s. Remove %s yourself."
              .formatted(Printable.of(named), reason(e), Printable.of(old)),
          e);
    }
  }

  private static void remove(Path folder) throws IOException {
    if (!Files.exists(folder, LinkOption.NOFOLLOW_LINKS)) {
      return;
    }
    Files.walkFileTree(
        folder,
        new SimpleFileVisitor<>() {
          @Override
          public FileVisitResult visitFile(Path file, BasicFileAttributes what) throws IOException {
            Files.delete(file);
            return FileVisitResult.CONTINUE;
          }

          @Override
          public FileVisitResult postVisitDirectory(Path each, IOException failed)
              throws IOException {
            if (failed != null) {
              throw failed;
            }
            Files.delete(each);
            return FileVisitResult.CONTINUE;
          }
        });
  }
}
