package org.vhostdp.attest;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Collections;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * What a driver folder holds: the SHA-256 of every file by its path in the folder, with {@code /}
 * between names. The folder {@code attest} is left out, since it holds what is said about the
 * others.
 */
public final class FolderDigest {
  /** The folder that is left out. */
  public static final String ATTEST = "attest";

  /** What a driver folder may hold at most. */
  record Bounds(int files, long bytes, int depth) {}

  static final Bounds USUAL = new Bounds(4096, 1L << 30, 16);

  private final Path root;
  private final Bounds bounds;
  private final SortedMap<String, String> digests = new TreeMap<>();
  private long bytes;
  private int seen;

  private FolderDigest(Path root, Bounds bounds) {
    this.root = root;
    this.bounds = bounds;
  }

  /**
   * Reads every file of a folder. Any thread; it takes as long as reading the files.
   *
   * @return an unmodifiable map in order of path
   * @throws Refused naming the folder and the entry, for a symbolic link, an entry that is neither
   *     file nor folder, a name with control characters, too much of anything, or a failure to read
   */
  public static SortedMap<String, String> of(Path folder) throws Refused {
    return of(folder, USUAL);
  }

  static SortedMap<String, String> of(Path folder, Bounds bounds) throws Refused {
    if (!Files.isDirectory(folder)) {
      throw new Refused("There is no folder %s.".formatted(Printable.of(folder)));
    }
    FolderDigest digest = new FolderDigest(folder, bounds);
    digest.walk(folder, "", 0);
    return Collections.unmodifiableSortedMap(digest.digests);
  }

  /**
   * One digest for all files: of the lines {@code <digest> <path>\n} in order of path, as a store
   * names the folder.
   */
  public static String name(Map<String, String> digests) {
    StringBuilder lines = new StringBuilder();
    new TreeMap<>(digests)
        .forEach((path, digest) -> lines.append(digest).append("  ").append(path).append('\n'));
    return Sha256.of(lines.toString().getBytes(StandardCharsets.UTF_8));
  }

  private void walk(Path folder, String prefix, int depth) throws Refused {
    if (depth > bounds.depth()) {
      throw refused(prefix, "is nested deeper than %d folders".formatted(bounds.depth()));
    }
    try (DirectoryStream<Path> entries = Files.newDirectoryStream(folder)) {
      for (Path entry : entries) {
        take(entry, prefix + entry.getFileName(), depth);
      }
    } catch (IOException e) {
      throw unreadable(prefix, e);
    } catch (DirectoryIteratorException e) {
      throw unreadable(prefix, e.getCause());
    }
  }

  private void take(Path entry, String name, int depth) throws Refused, IOException {
    if (++seen > bounds.files()) {
      throw refused(name, "is one entry more than the %d allowed".formatted(bounds.files()));
    }
    if (name.chars().anyMatch(c -> Printable.isHidden((char) c) || c == '\uFFFD' || c == '\\')) {
      throw refused(name, "has a control character, or another that names may not have,");
    }
    BasicFileAttributes what =
        Files.readAttributes(entry, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
    if (what.isSymbolicLink()) {
      throw refused(name, "is a symbolic link");
    }
    if (what.isDirectory()) {
      if (!name.equals(ATTEST)) {
        walk(entry, name + "/", depth + 1);
      }
      return;
    }
    if (!what.isRegularFile()) {
      throw refused(name, "is neither a file nor a folder");
    }
    bytes += what.size();
    if (bytes > bounds.bytes()) {
      throw refused(name, "makes it larger than %d bytes".formatted(bounds.bytes()));
    }
    try {
      digests.put(name, Sha256.of(entry, what.size()));
    } catch (IOException e) {
      throw unreadable(name, e);
    }
  }

  private Refused refused(String name, String what) {
    return new Refused(
        "In the folder %s, \"%s\" %s; a driver folder holds plain files of a driver only. Remove it."
            .formatted(Printable.of(root), Printable.of(name), what));
  }

  private Refused unreadable(String name, IOException e) {
    return new Refused(
        "In the folder %s, \"%s\" cannot be read: %s."
            .formatted(Printable.of(root), Printable.of(name), Reason.of(e)),
        e);
  }
}
