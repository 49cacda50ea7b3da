package org.vhostdp.tck.stock;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Set;
import java.util.TreeSet;

/** Files that a driver may leave where they outlive its process. */
final class OutsideFiles {
  private static final Path MOUNTS = Path.of("/proc/self/mounts");

  private OutsideFiles() {}

  /** Programs and maps that are pinned now, by their paths. */
  static Set<String> pinned() throws IOException {
    Set<String> paths = new TreeSet<>();
    for (String line : Files.readAllLines(MOUNTS)) {
      String[] words = line.split(" ");
      if (words.length > 2 && words[2].equals("bpf")) {
        paths.addAll(in(Path.of(words[1])));
      }
    }
    return paths;
  }

  /** The files in a folder and below now, by their paths. */
  static Set<String> in(Path folder) throws IOException {
    Set<String> paths = new TreeSet<>();
    collect(folder, paths);
    return paths;
  }

  private static void collect(Path root, Set<String> paths) throws IOException {
    if (!Files.isDirectory(root)) {
      return;
    }
    Files.walkFileTree(
        root,
        new SimpleFileVisitor<>() {
          @Override
          public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
            paths.add(file.toString());
            return FileVisitResult.CONTINUE;
          }

          @Override
          public FileVisitResult visitFileFailed(Path file, IOException e) {
            // Somebody else's, which this process may not look into, or which is gone already.
            if (e instanceof AccessDeniedException || e instanceof NoSuchFileException) {
              return FileVisitResult.CONTINUE;
            }
            throw new UncheckedIOException(e);
          }
        });
  }
}
