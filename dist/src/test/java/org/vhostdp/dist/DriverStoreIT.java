package org.vhostdp.dist;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.vhostdp.attest.json.Json;

/**
 * The image's commands on a data folder of this test, with the package that the build made of the
 * loopback driver. The image's own drivers stay as they are; nothing here needs root.
 */
final class DriverStoreIT {
  private static final String COMMAND =
      Path.of(System.getProperty("vhostdp.image")).resolve("bin/vhost-dp").toString();

  private static final long LIMIT_SECONDS = 120;

  @TempDir private Path temp;
  private final List<Process> started = new ArrayList<>();
  private Path data;
  private Path config;
  private DriverPackage loopback;

  @BeforeEach
  void find() throws Exception {
    data = temp.resolve("data");
    config = Files.writeString(temp.resolve("empty.toml"), "");
    loopback = DriverPackage.in(Path.of(System.getProperty("vhostdp.packages")));
  }

  @AfterEach
  void end() {
    started.forEach(Process::destroyForcibly);
  }

  /** What a command says: on standard output, or, if that is empty, on standard error. */
  private String said(int code, String... words) throws Exception {
    Path out = temp.resolve("out");
    Path err = temp.resolve("err");
    List<String> line = new ArrayList<>(List.of(COMMAND));
    line.addAll(List.of(words));
    line.addAll(List.of("--data", data.toString()));
    Process process =
        new ProcessBuilder(line).redirectOutput(out.toFile()).redirectError(err.toFile()).start();
    started.add(process);
    assertTrue(process.waitFor(LIMIT_SECONDS, TimeUnit.SECONDS), line::toString);
    String errors = Files.readString(err);
    assertEquals(code, process.exitValue(), () -> line + ": " + errors);
    assertFalse(errors.contains("\tat "), errors);
    String text = Files.readString(out);
    return text.isEmpty() ? errors : text;
  }

  private String driver(int code, String... words) throws Exception {
    List<String> line = new ArrayList<>(List.of("driver"));
    line.addAll(List.of(words));
    line.addAll(List.of("--config", config.toString()));
    return said(code, line.toArray(String[]::new));
  }

  private void refused(String sentence, String... words) throws Exception {
    List<String> before = listing();
    String said = driver(1, words);
    assertTrue(said.contains(sentence), said);
    assertEquals(before, listing(), "the data folder is as it was");
  }

  private List<String> listing() throws Exception {
    List<String> lines = new ArrayList<>();
    if (Files.exists(data)) {
      try (Stream<Path> all = Files.walk(data)) {
        for (Path each : all.sorted().toList()) {
          String what =
              Files.isSymbolicLink(each)
                  ? Files.readSymbolicLink(each).toString()
                  : Files.isRegularFile(each) ? digest("SHA-256", each) : "";
          lines.add(data.relativize(each) + " " + what);
        }
      }
    }
    return lines;
  }

  private static String digest(String algorithm, Path file) throws Exception {
    byte[] digest = MessageDigest.getInstance(algorithm).digest(Files.readAllBytes(file));
    return HexFormat.of().formatHex(digest);
  }

  private String run(int code) throws Exception {
    return said(
        code,
        "run",
        "-object",
        "vhost-dp-loopback,id=l0",
        "-netdev",
        "vhost-dp,id=vd0,driver=l0,socket=" + temp.resolve("vd0.sock"),
        "--control",
        temp.resolve("control.sock").toString(),
        "--try");
  }

  /** A trial run with this in the configuration, and in the driver's section. */
  private String configured(int code, String more, String key) throws Exception {
    Path file = temp.resolve("run.toml");
    Files.writeString(
        file,
        """
        %s
        [driver.l0]
        type = "loopback"
        %s
        [netdev.vd0]
        driver = "l0"
        socket = "%s"
        """
            .formatted(more, key, temp.resolve("vd0.sock")));
    String control = temp.resolve("control.sock").toString();
    return said(code, "run", "--config", file.toString(), "--control", control, "--try");
  }

  private Path installed(String version) throws Exception {
    for (Object each : Json.array(Json.read(driver(0, "list", "--json")))) {
      if ("installed".equals(Json.at(each, "place")) && version.equals(Json.at(each, "version"))) {
        return Path.of(Json.at(each, "folder").toString());
      }
    }
    throw new AssertionError("loopback " + version + " is not installed");
  }

  @Test
  void aDriverIsInstalledUsedDamagedAndRemoved() throws Exception {
    String version = loopback.version();
    assertEquals(
        "Installed loopback %s; it is active.\n".formatted(version),
        driver(0, "install", loopback.file().toString()));
    Path folder = installed(version);
    assertTrue(folder.startsWith(data), folder::toString);
    String verified = driver(0, "verify", "loopback");
    assertEquals(
        "ok     loopback %s: trust none, certificate: none.".formatted(version),
        verified.lines().findFirst().orElseThrow());
    assertTrue(run(0).startsWith("vd0: driver l0 (loopback), listening at "));

    Path jar = onlyJar(folder);
    byte[] bytes = Files.readAllBytes(jar);
    bytes[bytes.length / 2] ^= 1;
    Files.write(jar, bytes);
    String sentence =
        "The driver loopback %s in %s was changed after it was installed: the file lib/%s is not what was installed. Remove it and install it again."
            .formatted(version, folder, jar.getFileName());
    assertEquals("WRONG  loopback: " + sentence + "\n", driver(1, "doctor", "loopback"));
    assertTrue(driver(1, "verify", "loopback").contains(sentence));
    assertTrue(run(2).contains(sentence), "run refuses it too");
    assertFalse(Files.exists(temp.resolve("vd0.sock")));

    assertEquals(
        "Removed loopback %s.\n".formatted(version), driver(0, "remove", "loopback", "--force"));
    assertTrue(run(0).startsWith("vd0: driver l0 (loopback)"), "the image's own is back");
  }

  private static Path onlyJar(Path folder) throws Exception {
    try (Stream<Path> jars = Files.list(folder.resolve("lib"))) {
      List<Path> all = jars.toList();
      assertEquals(1, all.size(), all::toString);
      return all.getFirst();
    }
  }

  @Test
  void versionsStandSideBySideAndRollbackGoesBack() throws Exception {
    String version = loopback.version();
    driver(0, "install", loopback.file().toString());
    Path next = loopback.as("99.0.0", temp.resolve("next.zip"));
    driver(0, "install", next.toString());
    // Its code still says what it was built as: found out when it is loaded, not before.
    driver(0, "verify", "loopback");
    assertTrue(driver(1, "doctor", "loopback").contains("but its code says loopback " + version));
    assertTrue(run(2).contains("says it is loopback 99.0.0, but its code says"));
    assertTrue(
        configured(0, "", "version = \"[%s,99.0)\"".formatted(version))
            .startsWith("vd0: driver l0"),
        "a range picks the other version");
    assertTrue(
        configured(2, "", "version = \"[100.0,101.0)\"")
            .contains(
                "No version of the driver loopback is in the range [100.0,101.0). Installed:"));
    assertEquals(
        "Went back to loopback %s.\n".formatted(version), driver(0, "rollback", "loopback"));
    assertTrue(driver(0, "doctor", "loopback").startsWith("ok     loopback: loopback " + version));
    run(0);
    refused("has no earlier version to go back to", "rollback", "loopback");
    refused("loopback %s is active".formatted(version), "remove", "loopback", version);
    driver(0, "remove", "loopback", "99.0.0");
    driver(0, "disable", "loopback");
    assertTrue(run(0).startsWith("vd0: driver l0 (loopback)"), "the image's own is back");
  }

  @Test
  void coordinatesAreFetchedFromAFolderWithChecksums() throws Exception {
    String version = loopback.version();
    String name = "driver-loopback-" + version + ".zip";
    Path repository = temp.resolve("repository");
    Path folder =
        Files.createDirectories(repository.resolve("org/example/driver-loopback/" + version));
    Path file = Files.copy(loopback.file(), folder.resolve(name));
    String coordinates = "org.example:driver-loopback:" + version;
    String[] install = {"install", coordinates, "--repository", repository.toUri().toString()};

    refused("has no checksum that is right", install);
    Path sha1 = Files.writeString(folder.resolve(name + ".sha1"), "0".repeat(40));
    refused("The package org.example:driver-loopback:zip:%s in [file:".formatted(version), install);
    Files.writeString(sha1, digest("SHA-1", file));
    Path sha256 = Files.writeString(folder.resolve(name + ".sha256"), "0".repeat(64));
    refused("has no checksum that is right", install);
    Files.writeString(sha256, digest("SHA-256", file));
    refused(
        "There is no package org.example:driver-loopback:zip:99.0.0 in [",
        "install",
        "org.example:driver-loopback:99.0.0",
        "--repository",
        repository.toUri().toString());
    refused(
        "There is no package " + "org.example:driver-loopback:zip:" + version,
        "install",
        coordinates,
        "--repository",
        temp.resolve("nowhere").toUri().toString());
    refused("No repository is known for org.example:driver-loopback", "install", coordinates);

    Files.writeString(config, "[market]\nrepositories = [\"" + repository.toUri() + "\"]\n");
    assertEquals(
        "Installed loopback %s; it is active.\n".formatted(version),
        driver(0, "install", coordinates));
    assertTrue(installed(version).startsWith(data));
    run(0);
  }

  @Test
  void trustIsAskedForAndMayBeWaivedForOneDriver() throws Exception {
    driver(0, "install", loopback.file().toString());
    String trust = "[trust]\nminimum = \"vendor\"\nfolder = \"" + temp.resolve("keys") + "\"";
    String sentence = "It has no certificate attest/certificate.dsse.json, and the level vendor is";
    assertTrue(configured(2, trust, "").contains(sentence));
    assertTrue(configured(0, trust, "trust = \"none\"").startsWith("vd0: driver l0 (loopback)"));
    assertTrue(configured(2, "", "trust = \"vendor\"").contains(sentence));
  }

  @Test
  void theImagesDriversMakeACatalogueThatSearchReads() throws Exception {
    driver(0, "install", loopback.file().toString());
    Path site = temp.resolve("site");
    said(0, "driver", "catalogue", "--html", site.toString());
    String found = driver(0, "search", "--catalogue", site.toString(), "LOOPBACK");
    assertEquals(2, found.lines().count(), found);
    assertTrue(found.contains("\nloopback  " + loopback.version() + "  "), found);
    assertTrue(driver(0, "search", "--catalogue", site.toUri().toString()).contains("\ntap "));
  }
}
