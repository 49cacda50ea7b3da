package org.vhostdp.store.install;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.api.io.TempDir;
import org.vhostdp.attest.TrustLevel;
import org.vhostdp.spi.Version;
import org.vhostdp.spi.VersionRange;
import org.vhostdp.store.DriverRefused;
import org.vhostdp.store.DriverRequest;
import org.vhostdp.store.DriverStore;
import org.vhostdp.store.InstalledDrivers;
import org.vhostdp.store.TrustPolicy;

/** What changes a store, and what may not. */
final class DriverInstallerTest {
  @TempDir private Path temp;
  private Packages packages;
  private InstalledDrivers drivers;
  private DriverInstaller installer;

  @BeforeEach
  void store() {
    packages = new Packages(temp.resolve("work"));
    drivers = new InstalledDrivers(temp.resolve("data"));
    installer = new DriverInstaller(drivers, TrustPolicy.NONE);
  }

  private Change install(String version) throws Exception {
    return installer.install(packages.folder(packages.files("toy", version)), true, false);
  }

  private void refused(String part, Executable change) throws Exception {
    List<String> before = Packages.listing(drivers.root());
    DriverRefused e = assertThrows(DriverRefused.class, change);
    assertTrue(e.getMessage().contains(part), e::getMessage);
    assertTrue(e.getMessage().endsWith("."), e::getMessage);
    assertEquals(before, Packages.listing(drivers.root()), "the store is as it was");
  }

  private DriverStore open() {
    return new DriverStore(List.of(), List.of(drivers), List.of(), TrustPolicy.NONE);
  }

  private String active() throws DriverRefused {
    return open().find("toy").version().toString();
  }

  @Test
  void aFolderIsInstalledAndActive() throws Exception {
    Change change = install("1.0.0");
    assertEquals("Installed toy 1.0.0; it is active.", change.sentence());
    assertTrue(change.active());
    assertEquals("1.0.0", active());
    assertEquals(
        Path.of("../store/" + change.sha()),
        Files.readSymbolicLink(drivers.enabled().resolve("toy")));
    assertFalse(Files.exists(drivers.root().resolve("staging")));
  }

  @Test
  void aZipFileIsTheSameAsItsFolder() throws Exception {
    Map<String, byte[]> files = packages.files("toy", "1.0.0");
    String sha = installer.install(packages.folder(files), true, false).sha();
    Change again = installer.install(packages.zip(files), true, false);
    assertEquals(sha, again.sha());
    assertEquals("toy 1.0.0 was installed already; it is active.", again.sentence());
    Map<String, byte[]> below = new LinkedHashMap<>();
    below.put("toy/", new byte[0]);
    files.forEach((name, bytes) -> below.put("toy/" + name, bytes));
    assertEquals(sha, installer.install(packages.zip(below), true, false).sha());
  }

  @Test
  void versionsStandSideBySideAndRollbackGoesBack() throws Exception {
    install("1.0.0");
    install("1.1.0");
    install("2.0.0");
    assertEquals("2.0.0", active());
    assertEquals("Went back to toy 1.1.0.", installer.rollback("toy").sentence());
    assertEquals("Went back to toy 1.0.0.", installer.rollback("toy").sentence());
    refused("has no earlier version to go back to", () -> installer.rollback("toy"));
    installer.enable("toy", Version.parse("2.0.0"));
    assertEquals("2.0.0", active());
    assertEquals(3, drivers.all().size());
  }

  @Test
  void aRangePicksAmongInstalledVersions() throws Exception {
    install("1.0.0");
    install("1.1.0");
    install("2.0.0");
    VersionRange range = VersionRange.parse("[1.0,2.0)");
    assertEquals("1.1.0", picked(range));
    installer.enable("toy", Version.parse("1.0.0"));
    assertEquals("1.0.0", picked(range), "the active one, if it will do");
    refused(
        "No version of the driver toy is in the range [3.0,4.0). Installed: 2.0.0, 1.1.0, 1.0.0.",
        () -> picked(VersionRange.parse("[3.0,4.0)")));
  }

  private String picked(VersionRange range) throws DriverRefused {
    return open().entry(new DriverRequest("toy", range, null)).descriptor().version().toString();
  }

  @Test
  void anotherVersionMayStayInactive() throws Exception {
    install("1.0.0");
    Change change =
        installer.install(packages.folder(packages.files("toy", "2.0.0")), false, false);
    assertEquals("Installed toy 2.0.0. It is not active.", change.sentence());
    assertEquals("1.0.0", active());
  }

  @Test
  void aDisabledDriverIsNotFoundButStays() throws Exception {
    install("1.0.0");
    assertEquals("Disabled toy; 1.0.0 stays installed.", installer.disable("toy").sentence());
    DriverRefused e = assertThrows(DriverRefused.class, () -> open().find("toy"));
    assertTrue(e.getMessage().startsWith("The driver toy is installed but disabled."));
    refused("The driver toy is not enabled.", () -> installer.disable("toy"));
    assertEquals("Enabled toy 1.0.0.", installer.enable("toy", null).sentence());
    assertEquals("toy 1.0.0 is active already.", installer.enable("toy", null).sentence());
  }

  @Test
  void theActiveVersionIsRemovedByForceOnly() throws Exception {
    install("1.0.0");
    install("2.0.0");
    refused("has 2 versions installed", () -> installer.remove("toy", null, false));
    refused("2.0.0 is active", () -> installer.remove("toy", Version.parse("2.0.0"), false));
    refused(
        "Version 3.0.0 of the driver toy is not installed. Installed: 2.0.0, 1.0.0.",
        () -> installer.remove("toy", Version.parse("3.0.0"), false));
    assertEquals(
        "Removed toy 1.0.0.", installer.remove("toy", Version.parse("1.0.0"), false).sentence());
    refused("no earlier version", () -> installer.rollback("toy"));
    installer.remove("toy", null, true);
    assertEquals(List.of(), drivers.all());
    refused("No driver \"toy\" is installed", () -> installer.enable("toy", null));
  }

  @Test
  void anotherBuildOfAVersionNeedsForce() throws Exception {
    install("1.0.0");
    Map<String, byte[]> other = packages.files("toy", "1.0.0");
    other.put("README", "more".getBytes());
    Path folder = packages.folder(other);
    refused("is installed already, with other files", () -> installer.install(folder, true, false));
    installer.install(folder, true, true);
    assertEquals(1, drivers.all().size());
    assertTrue(Files.exists(open().find("toy").folder().resolve("README")));
  }

  @Test
  void oneFlippedByteIsRefusedByName() throws Exception {
    Path jar = drivers.store().resolve(install("1.0.0").sha()).resolve("lib/driver.jar");
    byte[] bytes = Files.readAllBytes(jar);
    bytes[bytes.length / 2] ^= 1;
    Files.write(jar, bytes);
    DriverRefused e = assertThrows(DriverRefused.class, () -> open().load("toy"));
    assertTrue(e.getMessage().startsWith("The driver toy 1.0.0 in "), e::getMessage);
    assertTrue(
        e.getMessage().contains("the file lib/driver.jar is not what was installed"),
        e::getMessage);
    refused("is not what was installed", () -> installer.enable("toy", null));
    install("1.0.0");
    open().verify(open().entry(DriverRequest.of("toy")), null);
  }

  @Test
  void filesAddedLostAndListsChangedAreRefused() throws Exception {
    Path folder = drivers.store().resolve(install("1.0.0").sha());
    Path extra = Files.writeString(folder.resolve("lib/more.jar"), "x");
    assertRefusedAtLoad("the file lib/more.jar does not belong to it");
    Files.delete(extra);
    Path list = InstalledDrivers.digestsOf(folder);
    String text = Files.readString(list);
    Files.writeString(list, text.replace('0', '1'));
    assertRefusedAtLoad("the list of its files is not the one that names its folder");
    Files.write(list, new byte[] {(byte) 0xFF, (byte) 0xFE});
    assertRefusedAtLoad("the list of its files is not the one that names its folder");
    Files.delete(list);
    assertRefusedAtLoad("the list of its files is missing");
    Files.writeString(list, text);
    Files.delete(folder.resolve("lib/driver.jar"));
    assertRefusedAtLoad("the file lib/driver.jar is missing");
  }

  @Test
  void aDamagedHistoryStopsNobody() throws Exception {
    String sha = install("1.0.0").sha();
    install("2.0.0");
    Path history = drivers.root().resolve("history/toy");
    Files.write(history, new byte[] {(byte) 0xFF, '\n', (byte) 0xFE});
    refused("has no earlier version", () -> installer.rollback("toy"));
    installer.enable("toy", Version.parse("1.0.0"));
    assertEquals("Went back to toy 2.0.0.", installer.rollback("toy").sentence());
    Files.writeString(history, "../../etc\n" + sha + "\n");
    assertEquals("Went back to toy 1.0.0.", installer.rollback("toy").sentence());
  }

  private void assertRefusedAtLoad(String part) {
    DriverRefused e = assertThrows(DriverRefused.class, () -> open().load("toy"));
    assertTrue(e.getMessage().contains(part), e::getMessage);
  }

  @Test
  void theTrustThatIsAskedForIsAskedBeforeInstalling() throws Exception {
    install("1.0.0");
    DriverInstaller strict =
        new DriverInstaller(drivers, new TrustPolicy(TrustLevel.SELF, temp.resolve("trust")));
    Path folder = packages.folder(packages.files("toy", "2.0.0"));
    refused("has no certificate", () -> strict.install(folder, true, false));
    refused("has no certificate", () -> strict.enable("toy", null));
  }

  @Test
  void aMalformedTrustFolderTrustsNobody() throws Exception {
    install("1.0.0");
    Path trust = Files.createDirectories(temp.resolve("trust"));
    Files.writeString(trust.resolve("revokd"), "");
    DriverInstaller careful = new DriverInstaller(drivers, new TrustPolicy(TrustLevel.NONE, trust));
    Path folder = packages.folder(packages.files("toy", "2.0.0"));
    refused("means nothing there", () -> careful.enable("toy", null));
    assertTrue(Files.isDirectory(folder));
  }

  @Test
  void oneChangeAtATime() throws Exception {
    install("1.0.0");
    DriverInstaller hasty =
        new DriverInstaller(drivers, TrustPolicy.NONE, Intake.USUAL, Duration.ofMillis(100));
    try (FileChannel other =
        FileChannel.open(drivers.root().resolve(".lock"), StandardOpenOption.WRITE)) {
      other.lock();
      refused("Another process changes the store", () -> hasty.disable("toy"));
    }
    hasty.disable("toy");
  }

  @Test
  void whatAKilledProcessLeftIsRemoved() throws Exception {
    install("1.0.0");
    List<String> before = Packages.listing(drivers.root());
    Files.createDirectories(drivers.root().resolve("staging/package/lib"));
    Files.writeString(drivers.store().resolve("0".repeat(64) + ".digests"), "x");
    Files.createSymbolicLink(drivers.enabled().resolve(".toy.new"), Path.of("nowhere"));
    installer.enable("toy", null);
    assertEquals(before, Packages.listing(drivers.root()));
  }

  @Test
  void aStoreThatCannotBeWritten() throws Exception {
    Files.writeString(temp.resolve("data"), "no folder");
    Path folder = packages.folder(packages.files("toy", "1.0.0"));
    DriverRefused e =
        assertThrows(DriverRefused.class, () -> installer.install(folder, true, false));
    assertTrue(e.getMessage().contains("cannot be changed"), e::getMessage);
  }
}
