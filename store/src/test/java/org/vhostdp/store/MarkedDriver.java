package org.vhostdp.store;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.vhostdp.attest.Certificate;
import org.vhostdp.attest.SigningKey;
import org.vhostdp.attest.TrustLevel;
import org.vhostdp.attest.Verified;
import org.vhostdp.store.install.DriverInstaller;
import org.vhostdp.store.install.Packages;

/**
 * The driver toy 1.2.3, whose class leaves a mark when it is loaded, so that it is known whether it
 * was; a store to install it in, and a trust folder.
 */
final class MarkedDriver {
  static final String ID = "toy";
  static final String VERSION = "1.2.3";

  /**
   * What was compiled once.
   *
   * @param folder the driver's
   * @param mark the file that its class writes
   */
  record Built(Path folder, Path mark) {}

  final Certificates certificates;
  final InstalledDrivers drivers;

  /** The driver's folder before it is installed. */
  final Path source;

  private final Path mark;

  /** Copies the driver; no mark is left, nothing is installed, nobody is trusted. */
  MarkedDriver(Built built, Path temp) throws Exception {
    mark = built.mark();
    Files.deleteIfExists(mark);
    certificates = new Certificates(temp.resolve("trust"));
    drivers = new InstalledDrivers(temp.resolve("data"));
    source = Files.createDirectories(temp.resolve("source/lib")).getParent();
    for (String name : List.of(DriverDescriptor.FILE, "lib/driver.jar")) {
      Files.copy(built.folder().resolve(name), source.resolve(name));
    }
  }

  static Built build(Path folder) throws Exception {
    Path mark = folder.resolve("loaded");
    DriverJars jars = new DriverJars(folder, folder.resolve("work"));
    Path built = jars.folder("built", DriverJars.keys(ID));
    String leavesMarks =
        """
        leave("constructor"); } static { leave("initializer"); } private static void leave(String what) {
          try {
            java.nio.file.Files.writeString(java.nio.file.Path.of("%s"), what);
          } catch (java.io.IOException e) {
            throw new java.io.UncheckedIOException(e);
          }
        """
            .formatted(mark);
    jars.jar(
        built,
        "driver",
        Map.of(
            "module-info.java",
            DriverJars.moduleInfo(
                DriverJars.MODULE, "provides org.vhostdp.spi.Driver with test.driver.TestDriver;"),
            "test/driver/TestDriver.java",
            DriverJars.driver(ID, VERSION, leavesMarks)));
    return new Built(built, mark);
  }

  DriverStore store(TrustLevel minimum) {
    return new DriverStore(List.of(), List.of(drivers), List.of(), certificates.policy(minimum));
  }

  private DriverInstaller installer(TrustLevel minimum) {
    return new DriverInstaller(drivers, certificates.policy(minimum));
  }

  void load(TrustLevel minimum, TrustLevel own) throws DriverRefused {
    store(minimum).load(new DriverRequest(ID, null, own));
    assertTrue(Files.exists(mark), "the driver leaves its mark when it is loaded");
  }

  String refusal(TrustLevel minimum, TrustLevel own) {
    DriverRefused e =
        assertThrows(
            DriverRefused.class, () -> store(minimum).load(new DriverRequest(ID, null, own)));
    assertTrue(Files.notExists(mark), "no class was loaded");
    return e.getMessage();
  }

  Path install(Certificate certificate) throws Exception {
    if (certificate != null) {
      certificate.write(Certificate.in(source));
    }
    installer(TrustLevel.NONE).install(source, true, false);
    assertTrue(Files.notExists(mark), "installing loads nothing");
    return store(TrustLevel.NONE).find(ID).folder();
  }

  Certificate right(SigningKey key) throws Exception {
    return Certificates.sign(key, DriverDescriptor.read(source));
  }

  Verified verified(TrustLevel minimum) throws DriverRefused {
    DriverStore store = store(minimum);
    return store.verify(store.entry(DriverRequest.of(ID)), null);
  }

  /** Neither installed again, nor enabled, and the store stays as it is. */
  void assertRefusedUnchanged(TrustLevel minimum, String why) throws Exception {
    List<String> before = Packages.listing(drivers.root());
    DriverInstaller installer = installer(minimum);
    DriverRefused install =
        assertThrows(DriverRefused.class, () -> installer.install(source, true, true));
    assertEquals(
        "The driver toy 1.2.3 in %s is refused: %s".formatted(source, why), install.getMessage());
    DriverRefused enable = assertThrows(DriverRefused.class, () -> installer.enable(ID, null));
    assertTrue(enable.getMessage().endsWith(why), enable::getMessage);
    assertEquals(before, Packages.listing(drivers.root()), "the store is as it was");
    assertTrue(Files.notExists(mark), "no class was loaded");
  }

  /**
   * A certificate that is wrong is refused at every level given, at install and, if it comes into
   * the store by another way, at load.
   */
  void assertWrong(Certificate certificate, String why, TrustLevel... levels) throws Exception {
    Path folder = drivers.all().isEmpty() ? install(null) : drivers.all().getFirst().folder();
    certificate.write(Certificate.in(source));
    certificate.write(Certificate.in(folder));
    for (TrustLevel level : levels) {
      assertEquals(
          "The driver toy 1.2.3 in %s is refused: %s".formatted(folder, why), refusal(level, null));
      assertRefusedUnchanged(level, why);
    }
  }

  /** Takes the mark away that loading left. */
  void unmark() throws Exception {
    Files.delete(mark);
  }
}
