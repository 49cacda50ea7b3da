package org.vhostdp.dist;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.Reader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDateTime;
import java.util.HashSet;
import java.util.List;
import java.util.Properties;
import java.util.Set;
import java.util.jar.JarEntry;
import java.util.jar.JarFile;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The assembled image: what it holds, and where. */
final class ImageIT {
  private static final Path IMAGE = Path.of(System.getProperty("vhostdp.image"));
  private static final LocalDateTime BUILD_TIME = LocalDateTime.of(2026, 1, 1, 0, 0);

  @Test
  void everyDriverOfTheStoreHasACompleteDescriptor() throws IOException {
    List<Path> drivers = entries(IMAGE.resolve("drivers"));
    assertTrue(drivers.size() >= 2, "drivers: " + drivers);
    for (Path driver : drivers) {
      Properties descriptor = descriptor(driver);
      for (String key : List.of("id", "version", "module", "spi", "summary")) {
        String value = descriptor.getProperty(key);
        assertNotNull(value, driver + " has no " + key);
        assertFalse(value.isBlank() || value.contains("${"), driver + ": " + key + "=" + value);
      }
      assertEquals(driver.getFileName().toString(), descriptor.getProperty("id"));
    }
  }

  @Test
  void noDriverBundlesWhatTheHostProvides() throws IOException {
    Set<String> host = names(IMAGE.resolve("lib"));
    for (Path driver : entries(IMAGE.resolve("drivers"))) {
      Set<String> bundled = names(driver.resolve("lib"));
      assertFalse(bundled.isEmpty(), driver + " has no library");
      bundled.retainAll(host);
      assertEquals(Set.of(), bundled, driver + " bundles libraries of the host");
    }
  }

  @Test
  void ourJarsAreTheSameWheneverTheyAreBuilt() throws IOException {
    List<Path> jars = entries(IMAGE.resolve("lib"));
    for (Path path : jars) {
      if (path.getFileName().toString().matches("vhost-dp-.*\\.jar")) {
        try (JarFile jar = new JarFile(path.toFile())) {
          for (JarEntry entry : jar.stream().toList()) {
            assertEquals(BUILD_TIME, entry.getTimeLocal(), path + " " + entry.getName());
          }
        }
      }
    }
  }

  @Test
  void theStartUpCacheWasWritten() {
    assertTrue(Files.isReadable(IMAGE.resolve("lib/vhost-dp.aot")));
  }

  private static Properties descriptor(Path driver) throws IOException {
    Properties descriptor = new Properties();
    try (Reader reader = Files.newBufferedReader(driver.resolve("driver.properties"))) {
      descriptor.load(reader);
    }
    return descriptor;
  }

  private static Set<String> names(Path folder) throws IOException {
    Set<String> names = new HashSet<>();
    entries(folder).forEach(path -> names.add(path.getFileName().toString()));
    return names;
  }

  private static List<Path> entries(Path folder) throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files.sorted().toList();
    }
  }
}
