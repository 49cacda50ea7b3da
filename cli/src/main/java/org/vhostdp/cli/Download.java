package org.vhostdp.cli;

import java.io.IOException;
import java.net.URI;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.List;
import org.vhostdp.store.DriverRefused;
import org.vhostdp.store.market.Coordinates;
import org.vhostdp.store.market.MarketLibraries;

/** A package from a repository, in a folder that goes when this is closed. */
final class Download implements AutoCloseable {
  private final Path work;
  private final Path file;

  private Download(Path work, Path file) {
    this.work = work;
    this.file = file;
  }

  static Download of(Coordinates coordinates, List<URI> repositories)
      throws DriverRefused, IOException {
    Path image = DriverStores.image();
    Path libraries = (image == null ? Path.of("") : image).resolve("lib/market");
    Path work = Files.createTempDirectory("vhost-dp-download");
    try (MarketLibraries market = MarketLibraries.open(libraries)) {
      return new Download(work, market.source().fetch(coordinates, repositories, work));
    } catch (DriverRefused | IOException | RuntimeException e) {
      delete(work);
      throw e;
    }
  }

  Path file() {
    return file;
  }

  @Override
  public void close() throws IOException {
    delete(work);
  }

  private static void delete(Path folder) throws IOException {
    Files.walkFileTree(
        folder,
        new SimpleFileVisitor<>() {
          @Override
          public FileVisitResult visitFile(Path each, BasicFileAttributes attributes)
              throws IOException {
            Files.delete(each);
            return FileVisitResult.CONTINUE;
          }

          @Override
          public FileVisitResult postVisitDirectory(Path each, IOException e) throws IOException {
            Files.delete(each);
            return super.postVisitDirectory(each, e);
          }
        });
  }
}
