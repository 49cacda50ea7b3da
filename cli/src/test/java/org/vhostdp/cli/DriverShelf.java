package org.vhostdp.cli;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.vhostdp.attest.Certificate;
import org.vhostdp.attest.FolderDigest;
import org.vhostdp.attest.Machine;
import org.vhostdp.attest.SigningKey;
import org.vhostdp.attest.TckResult;
import org.vhostdp.attest.TckResult.RuleResult;
import org.vhostdp.attest.TckResult.Status;
import org.vhostdp.attest.TrustLevel;
import org.vhostdp.store.DriverStore;
import org.vhostdp.store.TrustPolicy;

/** A store of drivers that were never written, with certificates for them. */
final class DriverShelf {
  private final Path store;
  private final Path trust;
  private final SigningKey vendor = SigningKey.generate();

  DriverShelf(Path folder) throws Exception {
    store = Files.createDirectories(folder.resolve("shelf"));
    trust = Files.createDirectories(folder.resolve("trust/vendor")).getParent();
    Files.writeString(trust.resolve("vendor/acme.pem"), vendor.publicKey().pem());
  }

  Path store() {
    return store;
  }

  /** The drivers, as an operator sees them who trusts the vendor. */
  DriverStore open() {
    return new DriverStore(
        List.of(store), List.of(), List.of(), new TrustPolicy(TrustLevel.NONE, trust));
  }

  Path driver(String id, String version, String summary) throws Exception {
    Path folder = Files.createDirectories(store.resolve(id + "-" + version));
    Files.createDirectories(folder.resolve("lib"));
    Files.writeString(folder.resolve("lib/" + id + ".jar"), id + version);
    Files.writeString(
        folder.resolve("driver.properties"),
        "id=%s\nversion=%s\nmodule=com.acme.%s\nspi=[1.0,2.0)\nsummary=%s\n"
            .formatted(id, version, id, summary));
    return folder;
  }

  /** Signs a result with the vendor's key. */
  void certify(Path driver, TckResult result) throws Exception {
    certify(driver, result, vendor);
  }

  void certify(Path driver, TckResult result, SigningKey key) throws Exception {
    Certificate.sign(result, key).write(Certificate.in(driver));
  }

  TckResult result(Path driver, Status status) throws Exception {
    String[] name = driver.getFileName().toString().split("-");
    String sentence = status == Status.PASS ? "" : "Frame 7 came twice & was sent once.";
    List<RuleResult> rules =
        List.of(
            new RuleResult(
                "TX-3", "the count is true", "transmit", "", status, sentence, 4711, List.of()),
            new RuleResult(
                "FM-1",
                "an address is inside its region",
                "foreign memory",
                "foreign-tx",
                Status.SKIP,
                "The driver does not declare foreign-tx.",
                4712,
                List.of()));
    return new TckResult(
        new TckResult.Kit("0.1.0", "ab".repeat(32), rules.size()),
        "0.1",
        new TckResult.Driver(name[0], name[1], "com.acme." + name[0], "[1.0,2.0)"),
        FolderDigest.of(driver),
        new TreeMap<>(Map.of("mtu", "68-9000", "queue pairs", "1-4")),
        List.of("multiqueue"),
        new TckResult.Harness("a veth pair with a packet socket", new TreeMap<>()),
        Machine.here("veth"),
        rules,
        List.of(new TckResult.MutantResult("Doubling", "TX-3", true, "Frame 1 came twice.")),
        List.of(new TckResult.Measurement("transmit, 64 bytes", 812345.6, "packets/s")),
        status == Status.PASS,
        new TckResult.Times(Instant.EPOCH, Instant.EPOCH.plusSeconds(9), new TreeMap<>()));
  }
}
