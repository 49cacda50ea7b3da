package org.vhostdp.store.market;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.MalformedURLException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ServiceLoader;
import java.util.stream.Stream;
import org.vhostdp.store.Cause;
import org.vhostdp.store.DriverRefused;

/**
 * The program's folder of libraries that fetch packages. They are read when coordinates are given,
 * and at no other time; they share packages, so they are no modules but a class loader of their
 * own.
 */
public final class MarketLibraries implements AutoCloseable {
  private final URLClassLoader loader;
  private final CoordinateSource source;

  private MarketLibraries(URLClassLoader loader, CoordinateSource source) {
    this.loader = loader;
    this.source = source;
  }

  /**
   * Reads them.
   *
   * @param folder the folder of their jars
   * @throws DriverRefused if they are missing
   */
  public static MarketLibraries open(Path folder) throws DriverRefused {
    URL[] jars;
    try (Stream<Path> files = Files.list(folder)) {
      jars =
          files
              .filter(file -> file.toString().endsWith(".jar"))
              .sorted()
              .map(MarketLibraries::url)
              .toArray(URL[]::new);
    } catch (IOException e) {
      throw missing(folder, e);
    }
    URLClassLoader loader =
        new URLClassLoader("market", jars, CoordinateSource.class.getClassLoader());
    CoordinateSource source =
        ServiceLoader.load(CoordinateSource.class, loader).findFirst().orElse(null);
    if (source == null) {
      throw missing(folder, null);
    }
    return new MarketLibraries(loader, source);
  }

  private static DriverRefused missing(Path folder, IOException e) {
    return new DriverRefused(
        "This program cannot fetch from Maven repositories: its libraries in %s are missing%s. Install from a folder or a file."
            .formatted(folder, e == null ? "" : " (" + Cause.of(e) + ")"),
        e);
  }

  private static URL url(Path jar) {
    try {
      return jar.toUri().toURL();
    } catch (MalformedURLException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** What fetches; valid until these libraries are closed. */
  public CoordinateSource source() {
    return source;
  }

  @Override
  public void close() throws IOException {
    loader.close();
  }
}
