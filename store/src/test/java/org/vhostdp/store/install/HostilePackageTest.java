package org.vhostdp.store.install;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.vhostdp.spi.SpiVersion;
import org.vhostdp.store.DriverRefused;
import org.vhostdp.store.InstalledDrivers;
import org.vhostdp.store.TrustPolicy;

/** Each package that is refused, with its sentence; the store is as it was. */
final class HostilePackageTest {
  private static final Intake.Bounds SMALL = new Intake.Bounds(10, 100_000, 150_000);

  @TempDir private Path temp;
  private Packages packages;
  private InstalledDrivers drivers;
  private DriverInstaller installer;

  @BeforeEach
  void store() throws Exception {
    packages = new Packages(temp.resolve("work"));
    drivers = new InstalledDrivers(temp.resolve("data"));
    installer = new DriverInstaller(drivers, TrustPolicy.NONE, SMALL, Duration.ofSeconds(10));
    installer.install(packages.folder(packages.files("there", "1.0.0")), true, false);
  }

  private void refused(String part, Path source) throws Exception {
    List<String> before = Packages.listing(drivers.root());
    DriverRefused e =
        assertThrows(DriverRefused.class, () -> installer.install(source, true, true));
    assertTrue(e.getMessage().contains(part), e::getMessage);
    assertTrue(e.getMessage().endsWith("."), e::getMessage);
    assertTrue(e.getMessage().chars().noneMatch(Character::isISOControl), e::getMessage);
    assertEquals(before, Packages.listing(drivers.root()), "the store is as it was");
  }

  static Stream<Arguments> names() {
    return Stream.of(
        Arguments.of("../evil", "leads out of its folder"),
        Arguments.of("lib/../../evil", "leads out of its folder"),
        Arguments.of("/etc/evil", "is absolute"),
        Arguments.of("lib\\evil", "is not the name of a file"),
        Arguments.of("lib//evil", "is not the name of a file"),
        Arguments.of("./evil", "is not the name of a file"),
        Arguments.of("lib/\u001b[2Jevil", "is not the name of a file"),
        Arguments.of("lib/\u202eevil", "is not the name of a file"),
        Arguments.of("x".repeat(256), "is not the name of a file"),
        Arguments.of("a/b/c/d/e/f/g/h/i", "is nested deeper than 8 folders"),
        Arguments.of("lib/driver.jar/x", "lies in a file, not in a folder"),
        Arguments.of("lib", "is both a file and a folder"));
  }

  @ParameterizedTest
  @MethodSource("names")
  void aNameThatIsNone(String name, String part) throws Exception {
    Map<String, byte[]> files = packages.files("toy", "1.0.0");
    files.put(name, "evil".getBytes());
    refused(part, packages.zip(files));
    assertTrue(Files.notExists(temp.resolve("evil")));
    assertTrue(Files.notExists(temp.resolve("data/evil")));
  }

  @Test
  void aSymbolicLinkInAZipFile() throws Exception {
    Map<String, byte[]> files = packages.files("toy", "1.0.0");
    files.put("lib/link", "/etc/passwd".getBytes());
    refused("\"lib/link\" is a symbolic link", marked(packages.zip(files), "lib/link", 0120777));
    refused(
        "\"lib/link\" is neither a file nor a folder",
        marked(packages.zip(files), "lib/link", 0010666));
  }

  /** Gives an entry of the zip's directory Unix's mode, as programs of Unix do. */
  private static Path marked(Path zip, String name, int mode) throws Exception {
    byte[] bytes = Files.readAllBytes(zip);
    String text = new String(bytes, StandardCharsets.ISO_8859_1);
    int at = text.lastIndexOf(name) - 46;
    assertEquals("PK\1\2", text.substring(at, at + 4));
    bytes[at + 5] = 3;
    bytes[at + 40] = (byte) mode;
    bytes[at + 41] = (byte) (mode >> 8);
    Files.write(zip, bytes);
    return zip;
  }

  @Test
  void twoEntriesOfOneName() throws Exception {
    Map<String, byte[]> files = packages.files("toy", "1.0.0");
    files.put("lib/a.txt", "1".getBytes());
    files.put("lib/b.txt", "2".getBytes());
    Path zip = packages.zip(files);
    String text = Files.readString(zip, StandardCharsets.ISO_8859_1);
    Files.writeString(zip, text.replace("lib/b.txt", "lib/a.txt"), StandardCharsets.ISO_8859_1);
    refused("it has two entries \"lib/a.txt\"", zip);
  }

  @Test
  void tooMuchOfIt() throws Exception {
    Map<String, byte[]> files = packages.files("toy", "1.0.0");
    files.put("zeros", new byte[100_001]);
    refused("its file \"zeros\" is larger than 100000 bytes", packages.zip(files));
    refused("its file \"zeros\" is larger than 100000 bytes", packages.folder(files));
    files.put("zeros", new byte[90_000]);
    files.put("more", new byte[90_000]);
    refused("its files are larger than 150000 bytes", packages.zip(files));
    files.keySet().removeAll(List.of("zeros", "more"));
    for (int i = 0; i < 10; i++) {
      files.put("file" + i, new byte[0]);
    }
    refused("it has more than 10 entries", packages.zip(files));
    refused("it has more than 10 entries", packages.folder(files));
  }

  @Test
  void filesThatAreNoZip() throws Exception {
    Path zip = packages.zip(packages.files("toy", "1.0.0"));
    byte[] bytes = Files.readAllBytes(zip);
    Path cut = temp.resolve("cut.zip");
    for (int length : new int[] {0, 1, 21, bytes.length / 2, bytes.length - 1}) {
      Files.write(cut, Arrays.copyOf(bytes, length));
      refused("is no zip file", cut);
    }
    Files.write(cut, new byte[150_001]);
    refused("it is larger than 150000 bytes", cut);
    refused("There is neither a folder nor a file", temp.resolve("nothing.zip"));
  }

  @Test
  void aZipFileWithAnyByteChangedNeverHarms() throws Exception {
    byte[] bytes = Files.readAllBytes(packages.zip(packages.files("toy", "1.0.0")));
    Path changed = temp.resolve("changed.zip");
    List<String> before = Packages.listing(drivers.root());
    int refusals = 0;
    for (int i = 0; i < bytes.length; i += 3) {
      byte[] copy = bytes.clone();
      copy[i] ^= (byte) 0x55;
      Files.write(changed, copy);
      try {
        // What is still a good package is installed; it is taken out again.
        Change change = installer.install(changed, false, false);
        installer.remove(change.driver().id(), change.driver().version(), false);
      } catch (DriverRefused e) {
        refusals++;
      }
      assertEquals(before, Packages.listing(drivers.root()), "byte " + i);
    }
    assertTrue(refusals > bytes.length / 12, "refused " + refusals);
  }

  @Test
  void linksInAFolder() throws Exception {
    Path folder = packages.folder(packages.files("toy", "1.0.0"));
    Path link = Files.createSymbolicLink(folder.resolve("lib/link"), Path.of("/etc"));
    refused("\"lib/link\" is a symbolic link", folder);
    Files.delete(link);
    Files.delete(folder.resolve("lib/driver.jar"));
    Files.createSymbolicLink(folder.resolve("lib/driver.jar"), Path.of("/etc/passwd"));
    refused("\"lib/driver.jar\" is a symbolic link", folder);
  }

  static Stream<Arguments> descriptors() {
    return Stream.of(
        Arguments.of("toy", "1.0.0", "[0.2,0.3)", "", "was built for SPI [0.2,0.3)"),
        Arguments.of("../toy", "1.0.0", "[1.0,2.0)", "", "is not a driver id"),
        Arguments.of("Toy", "1.0.0", "[1.0,2.0)", "", "is not a driver id"),
        Arguments.of("toy", "new", "[1.0,2.0)", "", "is not a version"),
        Arguments.of("toy", "1.0.0", "0.1", "", "is not a version range"),
        Arguments.of("toy", "1.0.0", "[1.0,2.0)", "libraries=a/b", "is not the name of a shared"),
        Arguments.of(
            "toy",
            "1.0.0",
            "[1.0,2.0)",
            "libraries=libc.so.6 libnone.so.9",
            "The driver toy 1.0.0 needs the shared library libnone.so.9, which this machine does"));
  }

  @ParameterizedTest
  @MethodSource("descriptors")
  void aDescriptorThatIsWrong(String id, String version, String spi, String more, String part)
      throws Exception {
    Map<String, byte[]> files = packages.files("toy", "1.0.0");
    files.put("driver.properties", Packages.descriptor(id, version, spi, more));
    refused(part, packages.zip(files));
    refused(part, packages.folder(files));
  }

  @Test
  void modulesThatAreWrong() throws Exception {
    Map<String, byte[]> files = packages.files("toy", "1.0.0");
    byte[] jar = files.remove("lib/driver.jar");
    refused("has no readable folder", packages.folder(files));
    files.put("lib/README", new byte[0]);
    refused("no jar of its lib folder holds that module", packages.folder(files));
    files.put("lib/driver.jar", "no jar".getBytes());
    refused("has a jar that is no module", packages.folder(files));
    files.put("lib/driver.jar", jar);
    Path spi =
        Path.of(
            ModuleLayer.boot()
                .configuration()
                .findModule(SpiVersion.class.getModule().getName())
                .flatMap(module -> module.reference().location())
                .orElseThrow());
    Map<String, byte[]> bundled = new LinkedHashMap<>(files);
    Path copy = temp.resolve("spi.jar");
    if (Files.isDirectory(spi)) {
      int code =
          java.util.spi.ToolProvider.findFirst("jar")
              .orElseThrow()
              .run(System.out, System.err, "-cf", copy.toString(), "-C", spi.toString(), ".");
      assertEquals(0, code);
    } else {
      Files.copy(spi, copy);
    }
    bundled.put("lib/spi.jar", Files.readAllBytes(copy));
    DriverInstaller roomy = new DriverInstaller(drivers, TrustPolicy.NONE);
    Path folder = packages.folder(bundled);
    List<String> before = Packages.listing(drivers.root());
    DriverRefused e = assertThrows(DriverRefused.class, () -> roomy.install(folder, true, false));
    assertTrue(e.getMessage().contains("bundles org.vhostdp.spi"), e::getMessage);
    assertEquals(before, Packages.listing(drivers.root()));
  }

  @Test
  void aFirstInstallThatIsRefusedLeavesAnEmptyStore() throws Exception {
    InstalledDrivers other = new InstalledDrivers(temp.resolve("other"));
    Path folder = Files.createDirectories(temp.resolve("empty"));
    assertThrows(
        DriverRefused.class,
        () -> new DriverInstaller(other, TrustPolicy.NONE).install(folder, true, false));
    assertEquals(2, Packages.listing(other.root()).size(), "itself and its lock");
  }
}
