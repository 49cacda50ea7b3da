package org.vhostdp.bench.host;

import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.concurrent.atomic.AtomicInteger;

/** A folder for one measurement's sockets and logs. Its path is short: a socket's has 107 bytes. */
public final class Workspace implements AutoCloseable {
  private static final AtomicInteger NEXT = new AtomicInteger();

  private final Path folder;

  public Workspace() throws IOException {
    folder = Files.createTempDirectory("vdpbench");
    AtExit.add(this);
  }

  /** A path in it that nobody has been given before. */
  public Path fresh(String suffix) {
    return folder.resolve(NEXT.incrementAndGet() + suffix);
  }

  @Override
  public void close() throws IOException {
    AtExit.remove(this);
    Files.walkFileTree(
        folder,
        new SimpleFileVisitor<>() {
          @Override
          public FileVisitResult visitFile(Path file, BasicFileAttributes attributes)
              throws IOException {
            Files.deleteIfExists(file);
            return FileVisitResult.CONTINUE;
          }

          @Override
          public FileVisitResult postVisitDirectory(Path visited, IOException failure)
              throws IOException {
            Files.deleteIfExists(visited);
            return FileVisitResult.CONTINUE;
          }
        });
  }
}
