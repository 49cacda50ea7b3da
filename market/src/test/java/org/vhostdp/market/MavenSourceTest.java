package org.vhostdp.market;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.vhostdp.store.DriverRefused;
import org.vhostdp.store.market.Coordinates;

/** Repositories are folders here; the network has no part in it. */
final class MavenSourceTest {
  private static final byte[] CONTENT = "a package".getBytes();

  @TempDir private Path folder;
  private Path repository;
  private Path file;

  @BeforeEach
  void deploy() throws Exception {
    repository = folder.resolve("repository");
    Path version = Files.createDirectories(repository.resolve("org/example/driver-x/1.2.0"));
    file = Files.write(version.resolve("driver-x-1.2.0.zip"), CONTENT);
    sum("SHA-1", "sha1", CONTENT);
  }

  private void sum(String algorithm, String suffix, byte[] of) throws Exception {
    byte[] digest = MessageDigest.getInstance(algorithm).digest(of);
    Files.writeString(Path.of(file + "." + suffix), HexFormat.of().formatHex(digest));
  }

  private Path fetch(String coordinates, URI... repositories) throws DriverRefused {
    return new MavenSource(1000)
        .fetch(Coordinates.parse(coordinates), List.of(repositories), folder.resolve("work"));
  }

  private void refused(String part, String coordinates, URI... repositories) {
    DriverRefused e = assertThrows(DriverRefused.class, () -> fetch(coordinates, repositories));
    assertTrue(e.getMessage().contains(part), e::getMessage);
    assertTrue(e.getMessage().endsWith("."), e::getMessage);
  }

  @Test
  void aPackageIsFetchedFromAFolder() throws Exception {
    Path got = fetch("org.example:driver-x:1.2.0", repository.toUri());
    assertArrayEquals(CONTENT, Files.readAllBytes(got));
    assertTrue(!got.startsWith(repository), "a copy: " + got);
  }

  @Test
  void theSecondRepositoryIsAskedToo() throws Exception {
    Path empty = Files.createDirectories(folder.resolve("empty"));
    Path got = fetch("org.example:driver-x:zip:1.2.0", empty.toUri(), repository.toUri());
    assertArrayEquals(CONTENT, Files.readAllBytes(got));
  }

  @Test
  void aStrongerChecksumCounts() throws Exception {
    sum("SHA-512", "sha512", "another package".getBytes());
    refused("has no checksum that is right", "org.example:driver-x:1.2.0", repository.toUri());
    sum("SHA-512", "sha512", CONTENT);
    assertArrayEquals(
        CONTENT, Files.readAllBytes(fetch("org.example:driver-x:1.2.0", repository.toUri())));
  }

  @Test
  void aPackageThatIsNotThere() {
    refused(
        "There is no package org.example:driver-x:zip:1.3.0 in [file:",
        "org.example:driver-x:1.3.0",
        repository.toUri());
  }

  @Test
  void aChangedPackage() throws Exception {
    Files.write(file, "a pakkage".getBytes());
    refused("has no checksum that is right", "org.example:driver-x:1.2.0", repository.toUri());
  }

  @Test
  void aPackageWithoutChecksum() throws Exception {
    Files.delete(Path.of(file + ".sha1"));
    refused("has no checksum that is right", "org.example:driver-x:1.2.0", repository.toUri());
  }

  @Test
  void aPackageThatIsTooLarge() throws Exception {
    byte[] large = new byte[2000];
    Files.write(file, large);
    sum("SHA-1", "sha1", large);
    refused("is larger than 1000 bytes", "org.example:driver-x:1.2.0", repository.toUri());
  }

  @Test
  void repositoriesThatAreNone() {
    refused("No repository is known for", "org.example:driver-x:1.2.0");
    refused(
        "is neither a file: nor an https: URL",
        "org.example:driver-x:1.2.0",
        URI.create("http://example.invalid/"));
    refused(
        "is neither a file: nor an https: URL",
        "org.example:driver-x:1.2.0",
        URI.create("relative"));
    refused("There is no package", "org.example:driver-x:1.2.0", folder.resolve("nowhere").toUri());
  }
}
