package org.vhostdp.store.install;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.HashSet;
import java.util.Set;
import org.vhostdp.attest.Printable;
import org.vhostdp.store.DriverRefused;

/** Takes the files of a package into an empty folder, and no more than a driver may have. */
final class Intake {
  /**
   * What a package may hold.
   *
   * @param entries files and folders
   * @param fileBytes bytes of one file
   * @param bytes bytes of all files
   */
  record Bounds(int entries, long fileBytes, long bytes) {}

  static final Bounds USUAL = new Bounds(2000, 256L << 20, 512L << 20);

  private static final int MOST_DEPTH = 8;
  private static final int MOST_NAME = 255;
  private static final int BUFFER = 64 * 1024;

  private final Path target;
  private final String source;
  private final Bounds bounds;
  private final Set<String> seen = new HashSet<>();
  private final byte[] buffer = new byte[BUFFER];
  private long total;

  /**
   * @param target an empty folder
   * @param source the package as messages name it
   */
  Intake(Path target, String source, Bounds bounds) {
    this.target = target;
    this.source = source;
    this.bounds = bounds;
  }

  /** A refusal that names the package. */
  DriverRefused refused(String what) {
    return new DriverRefused("The package " + source + " is refused: " + what);
  }

  /** Makes a folder; its name is relative, with slashes. */
  void folder(String name) throws DriverRefused, IOException {
    Path folder = target.resolve(checked(name));
    if (Files.exists(folder) && !Files.isDirectory(folder)) {
      throw refused("\"%s\" is both a file and a folder.".formatted(Printable.of(name)));
    }
    Files.createDirectories(folder);
  }

  /** Copies a file; its name is relative, with slashes. */
  void file(String name, InputStream in) throws DriverRefused, IOException {
    Path file = target.resolve(checked(name));
    for (Path above = file.getParent(); !above.equals(target); above = above.getParent()) {
      if (Files.exists(above) && !Files.isDirectory(above)) {
        throw refused("\"%s\" lies in a file, not in a folder.".formatted(Printable.of(name)));
      }
    }
    if (Files.exists(file)) {
      throw refused("\"%s\" is both a file and a folder.".formatted(Printable.of(name)));
    }
    Files.createDirectories(file.getParent());
    try (FileChannel out =
        FileChannel.open(file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
      copy(name, in, out);
      out.force(true);
    }
  }

  private void copy(String name, InputStream in, FileChannel out)
      throws DriverRefused, IOException {
    long size = 0;
    for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
      size += n;
      total += n;
      if (size > bounds.fileBytes()) {
        throw refused(
            "its file \"%s\" is larger than %d bytes."
                .formatted(Printable.of(name), bounds.fileBytes()));
      }
      if (total > bounds.bytes()) {
        throw refused("its files are larger than %d bytes.".formatted(bounds.bytes()));
      }
      ByteBuffer bytes = ByteBuffer.wrap(buffer, 0, n);
      while (bytes.hasRemaining()) {
        out.write(bytes);
      }
    }
  }

  /** What is counted is what was written; sizes that a package states mean nothing. */
  private String checked(String name) throws DriverRefused {
    if (seen.size() >= bounds.entries()) {
      throw refused("it has more than %d entries.".formatted(bounds.entries()));
    }
    String shown = Printable.of(name);
    if (name.startsWith("/")) {
      throw refused("the name \"%s\" is absolute.".formatted(shown));
    }
    String[] parts = name.split("/", -1);
    if (parts.length > MOST_DEPTH) {
      throw refused("\"%s\" is nested deeper than %d folders.".formatted(shown, MOST_DEPTH));
    }
    for (String part : parts) {
      if (part.equals("..")) {
        throw refused("the name \"%s\" leads out of its folder.".formatted(shown));
      }
      boolean odd =
          part.isEmpty()
              || part.equals(".")
              || part.length() > MOST_NAME
              || part.indexOf('\\') >= 0
              || !Printable.of(part).equals(part)
              || part.indexOf('\uFFFD') >= 0;
      if (odd) {
        throw refused("\"%s\" is not the name of a file.".formatted(shown));
      }
    }
    if (!seen.add(name)) {
      throw refused("it has two entries \"%s\".".formatted(shown));
    }
    return name;
  }
}
