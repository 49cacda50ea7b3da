package org.vhostdp.store;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import org.vhostdp.attest.Certificate;
import org.vhostdp.attest.FolderDigest;
import org.vhostdp.attest.Machine;
import org.vhostdp.attest.SigningKey;
import org.vhostdp.attest.TckResult;
import org.vhostdp.attest.TckResult.Status;
import org.vhostdp.attest.TrustLevel;

/** Keys, a trust folder, and certificates as the kit makes them, of runs that never were. */
final class Certificates {
  private final Path trust;

  /**
   * @param trust the trust folder; it need not exist
   */
  Certificates(Path trust) {
    this.trust = trust;
  }

  /** A key that is trusted at a level; at {@link TrustLevel#NONE}, a stranger's. */
  SigningKey key(TrustLevel level) throws Exception {
    SigningKey key = SigningKey.generate();
    if (level != TrustLevel.NONE) {
      Path keys = Files.createDirectories(trust.resolve(level.word()));
      Files.writeString(keys.resolve("acme.pem"), key.publicKey().pem());
    }
    return key;
  }

  /** Replaces the list of revocations. */
  void revoke(String digest) throws Exception {
    Files.createDirectories(trust);
    Files.writeString(trust.resolve("revoked"), digest + "\n");
  }

  TrustPolicy policy(TrustLevel minimum) {
    return new TrustPolicy(minimum, trust);
  }

  /** A certificate for a driver with these files. */
  static Certificate sign(
      SigningKey key, String id, String version, SortedMap<String, String> files, Status status)
      throws Exception {
    String sentence = status == Status.PASS ? "" : "Frame 7 came twice.";
    return Certificate.sign(
        new TckResult(
            new TckResult.Kit("0.1.0", "ab".repeat(32), 1),
            "0.1",
            new TckResult.Driver(id, version, DriverJars.MODULE, DriverJars.SPI),
            files,
            new TreeMap<>(Map.of("mtu", "1500")),
            List.of(),
            new TckResult.Harness("a pair in memory", new TreeMap<>()),
            Machine.here("memory"),
            List.of(
                new TckResult.RuleResult(
                    "TX-3", "the count is true", "transmit", "", status, sentence, 1, List.of())),
            List.of(new TckResult.MutantResult("Doubling", "TX-3", true, "Frame 1 came twice.")),
            List.of(),
            status == Status.PASS,
            new TckResult.Times(Instant.EPOCH, Instant.EPOCH.plusSeconds(1), new TreeMap<>())),
        key);
  }

  /** A certificate that is right for a folder. */
  static Certificate sign(SigningKey key, DriverDescriptor d) throws Exception {
    return sign(key, d.id(), d.version().toString(), FolderDigest.of(d.folder()), Status.PASS);
  }
}
