package org.vhostdp.store;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.vhostdp.attest.Certificate;
import org.vhostdp.attest.FolderDigest;
import org.vhostdp.attest.SigningKey;
import org.vhostdp.attest.TckResult.Status;
import org.vhostdp.attest.TrustLevel;

/** Installed drivers whose certificate is wrong, each with its sentence; no class is loaded. */
final class WrongCertificateTest {
  @TempDir private static Path shared;
  private static MarkedDriver.Built built;

  @TempDir private Path temp;
  private MarkedDriver toy;

  @BeforeAll
  static void build() throws Exception {
    built = MarkedDriver.build(shared);
  }

  @BeforeEach
  void copy() throws Exception {
    toy = new MarkedDriver(built, temp);
  }

  @Test
  void aCertificateForOtherBytes() throws Exception {
    SortedMap<String, String> files = new TreeMap<>(FolderDigest.of(toy.source));
    files.put("lib/driver.jar", "0".repeat(64));
    toy.assertWrong(
        Certificates.sign(
            toy.certificates.key(TrustLevel.PROJECT),
            MarkedDriver.ID,
            MarkedDriver.VERSION,
            files,
            Status.PASS),
        "The file lib/driver.jar was changed: it is not the one that was tested. Install the driver"
            + " again.",
        TrustLevel.values());
  }

  @Test
  void aCertificateForMoreOrFewerFiles() throws Exception {
    SigningKey key = toy.certificates.key(TrustLevel.VENDOR);
    SortedMap<String, String> files = new TreeMap<>(FolderDigest.of(toy.source));
    files.remove("lib/driver.jar");
    toy.assertWrong(
        Certificates.sign(key, MarkedDriver.ID, MarkedDriver.VERSION, files, Status.PASS),
        "The file lib/driver.jar is extra: it was not there when the driver was tested. Remove it,"
            + " or install the driver again.",
        TrustLevel.NONE,
        TrustLevel.VENDOR);
    files.putAll(FolderDigest.of(toy.source));
    files.put("lib/more.jar", "0".repeat(64));
    toy.assertWrong(
        Certificates.sign(key, MarkedDriver.ID, MarkedDriver.VERSION, files, Status.PASS),
        "The file lib/more.jar is missing, which was there when the driver was tested. Install it"
            + " again.",
        TrustLevel.NONE,
        TrustLevel.VENDOR);
  }

  @Test
  void aCertificateForAnotherVersion() throws Exception {
    toy.assertWrong(
        Certificates.sign(
            toy.certificates.key(TrustLevel.PROJECT),
            MarkedDriver.ID,
            "1.2.4",
            FolderDigest.of(toy.source),
            Status.PASS),
        "Its certificate is for version 1.2.4. Install the driver again, with its own certificate.",
        TrustLevel.values());
  }

  @Test
  void aCertificateForAnotherDriver() throws Exception {
    toy.assertWrong(
        Certificates.sign(
            toy.certificates.key(TrustLevel.PROJECT),
            "play",
            MarkedDriver.VERSION,
            FolderDigest.of(toy.source),
            Status.PASS),
        "Its certificate is for the driver play. Install the driver again, with its own"
            + " certificate.",
        TrustLevel.values());
  }

  @Test
  void aRevokedKey() throws Exception {
    SigningKey key = toy.certificates.key(TrustLevel.PROJECT);
    Certificate certificate = toy.right(key);
    toy.install(certificate);
    toy.load(TrustLevel.PROJECT, null);
    toy.unmark();
    toy.certificates.revoke(key.publicKey().id());
    toy.assertWrong(
        certificate,
        "Its certificate is signed with the key %s, which is revoked. Install a version that is signed with another."
            .formatted(key.publicKey().id()),
        TrustLevel.values());
  }

  @Test
  void aRevokedCertificate() throws Exception {
    Certificate certificate = toy.right(toy.certificates.key(TrustLevel.VENDOR));
    toy.install(certificate);
    toy.load(TrustLevel.VENDOR, null);
    toy.unmark();
    toy.certificates.revoke(certificate.digest());
    toy.assertWrong(
        certificate,
        "Its certificate %s is revoked. Install another version of the driver."
            .formatted(certificate.digest()),
        TrustLevel.NONE,
        TrustLevel.VENDOR);
  }

  @Test
  void aVerdictOfFail() throws Exception {
    SigningKey key = toy.certificates.key(TrustLevel.PROJECT);
    Certificate failed =
        Certificates.sign(
            key, MarkedDriver.ID, MarkedDriver.VERSION, FolderDigest.of(toy.source), Status.FAIL);
    toy.assertWrong(
        failed,
        "Its certificate says that it failed the conformance kit: The rule TX-3 failed. Install a"
            + " version that passes.",
        TrustLevel.SELF,
        TrustLevel.VENDOR,
        TrustLevel.PROJECT);
    assertEquals(TrustLevel.NONE, toy.verified(TrustLevel.NONE).level());
    toy.load(TrustLevel.PROJECT, TrustLevel.NONE);
  }

  @Test
  void aCertificateThatIsNone() throws Exception {
    Path folder = toy.install(toy.right(toy.certificates.key(TrustLevel.VENDOR)));
    Path file = Certificate.in(folder);
    String text = Files.readString(file);
    for (String wrong : List.of("", "{}", text.substring(0, text.length() / 2))) {
      Files.writeString(file, wrong);
      for (TrustLevel level : List.of(TrustLevel.NONE, TrustLevel.VENDOR)) {
        String sentence = toy.refusal(level, null);
        assertTrue(sentence.startsWith("The driver toy 1.2.3 in " + folder), sentence);
        assertTrue(sentence.endsWith("."), sentence);
      }
    }
    Path aside = Files.move(file, temp.resolve("aside"), StandardCopyOption.REPLACE_EXISTING);
    Files.createSymbolicLink(file, aside);
    assertTrue(toy.refusal(TrustLevel.NONE, null).contains("is no plain file"));
  }
}
