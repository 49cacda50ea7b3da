package org.vhostdp.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** A data folder with toy 1.0.0 and 2.0.0, and commands that are to leave it as it is. */
final class InstalledToys {
  private final Path temp;
  private final Path data;
  private final Path config;
  private final ToyPackages packages;

  InstalledToys(Path temp) throws Exception {
    this.temp = temp;
    data = temp.resolve("data");
    config = Files.writeString(temp.resolve("empty.toml"), "");
    packages = new ToyPackages(temp.resolve("work"));
    for (String version : List.of("1.0.0", "2.0.0")) {
      Path folder = packages.folder(packages.files("toy", version));
      Invocation done = driver("install", folder.toString());
      assertEquals(0, done.code(), done::toString);
    }
  }

  Path data() {
    return data;
  }

  ToyPackages packages() {
    return packages;
  }

  /** A file with this configuration. */
  Path config(String text) throws Exception {
    return Files.writeString(Files.createTempFile(temp, "config", ".toml"), text);
  }

  /** Runs {@code vhost-dp driver} on the data folder, with no other configuration. */
  Invocation driver(String... words) {
    List<String> line = new ArrayList<>(List.of("driver"));
    line.addAll(List.of(words));
    if (!line.contains("--data")) {
      line.addAll(List.of("--data", data.toString()));
    }
    if (!line.contains("--config")) {
      line.addAll(List.of("--config", config.toString()));
    }
    return Invocation.of(line.toArray(String[]::new));
  }

  /** The command says this on standard error, and changes nothing. */
  void refused(int code, String sentence, String... words) throws Exception {
    List<String> before = ToyPackages.listing(data);
    Invocation done = driver(words);
    String told = String.join(" ", words) + ": " + done;
    assertTrue(done.err().startsWith("vhost-dp: "), told);
    assertTrue(done.err().contains(sentence), told);
    assertFalse(done.err().contains("\tat "), told);
    assertFalse(done.err().contains("Something went wrong inside"), told);
    assertEquals(code, done.code(), told);
    assertEquals("", done.out(), told);
    if (code == Exit.FAILED) {
      assertTrue(done.err().endsWith(".\n"), told);
    }
    assertEquals(before, ToyPackages.listing(data), "the data folder is as it was");
  }

  /** Changes a byte in the middle of a version's jar. */
  void damage(String version) throws Exception {
    try (var folders = Files.list(data.resolve("drivers/store"))) {
      for (Path folder : folders.filter(Files::isDirectory).toList()) {
        if (Files.readString(folder.resolve("driver.properties")).contains("=" + version)) {
          Path jar = folder.resolve("lib/driver.jar");
          byte[] bytes = Files.readAllBytes(jar);
          bytes[bytes.length / 2] ^= 1;
          Files.write(jar, bytes);
        }
      }
    }
  }
}
