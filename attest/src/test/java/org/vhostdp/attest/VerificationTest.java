package org.vhostdp.attest;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class VerificationTest {
  private static final SigningKey KEY = SigningKey.generate();

  @TempDir private Path parent;
  private Path folder;
  private Path trust;

  @BeforeEach
  void make() throws IOException, Refused {
    folder = Samples.driver(parent);
    trust = parent.resolve("trust");
    Samples.trust(trust, TrustLevel.VENDOR, "toys", KEY);
    certify(Samples.result(FolderDigest.of(folder)), KEY);
  }

  private Certificate certify(TckResult result, SigningKey key) throws Refused {
    Certificate certificate = Certificate.sign(result, key);
    certificate.write(Certificate.in(folder));
    return certificate;
  }

  private Verified check(TrustLevel required) throws Refused {
    return Verification.check(folder, "toy", "1.2.0", Trust.read(trust), required, Samples.MACHINE);
  }

  private void assertRefused(TrustLevel required, String... words) {
    Refused refused = assertThrows(Refused.class, () -> check(required));
    String message = refused.getMessage();
    assertTrue(message.startsWith("The driver toy 1.2.0 in " + folder + " is refused: "), message);
    assertTrue(message.endsWith("."), message);
    for (String word : words) {
      assertTrue(message.contains(word), message);
    }
  }

  private void assertRefusedAtEveryLevel(String... words) {
    assertRefused(TrustLevel.NONE, words);
    assertRefused(TrustLevel.VENDOR, words);
  }

  @Test
  void whatWasTestedAndSignedIsVerified() throws Exception {
    Verified verified = check(TrustLevel.VENDOR);
    assertEquals(TrustLevel.VENDOR, verified.level());
    assertEquals("toys", verified.signer());
    assertEquals(KEY.publicKey().id(), verified.keyId());
    assertEquals(List.of(), verified.warnings());
    assertEquals(FolderDigest.of(folder), verified.files());
    assertEquals("toy", verified.certificate().orElseThrow().result().driver().id());
    assertEquals(TrustLevel.VENDOR, check(TrustLevel.NONE).level());
    assertEquals(TrustLevel.VENDOR, check(TrustLevel.SELF).level());
  }

  @Test
  void withoutACertificateItMustNotBeRequired() throws Exception {
    Files.delete(Certificate.in(folder));
    assertRefused(TrustLevel.SELF, "It has no certificate", "the level self is required");
    Verified verified = check(TrustLevel.NONE);
    assertEquals(TrustLevel.NONE, verified.level());
    assertEquals(
        List.of("The driver toy 1.2.0 has no certificate: nobody vouches for it."),
        verified.warnings());
  }

  @Test
  void anExtraFileIsRefused() throws Exception {
    Files.writeString(folder.resolve("lib/more.jar"), "");
    assertRefusedAtEveryLevel("The file lib/more.jar is extra", "Remove it");
  }

  @Test
  void aMissingFileIsRefused() throws Exception {
    Files.delete(folder.resolve("lib/toy.jar"));
    assertRefusedAtEveryLevel("The file lib/toy.jar is missing", "Install it again");
  }

  @Test
  void oneChangedBitIsRefused() throws Exception {
    Path jar = folder.resolve("lib/toy.jar");
    byte[] bytes = Files.readAllBytes(jar);
    for (int i = 0; i < bytes.length; i++) {
      byte[] flipped = bytes.clone();
      flipped[i] ^= 1;
      Files.write(jar, flipped);
      assertRefusedAtEveryLevel("The file lib/toy.jar was changed", "Install the driver again");
    }
  }

  @Test
  void aSymbolicLinkIsRefused() throws Exception {
    Path jar = folder.resolve("lib/toy.jar");
    Files.move(jar, parent.resolve("elsewhere.jar"));
    Files.createSymbolicLink(jar, parent.resolve("elsewhere.jar"));
    assertRefusedAtEveryLevel("\"lib/toy.jar\" is a symbolic link");
  }

  @Test
  void aCertificateBehindALinkIsRefused() throws Exception {
    Path file = Certificate.in(folder);
    Files.move(file, parent.resolve("c"));
    Files.createSymbolicLink(file, parent.resolve("c"));
    assertRefusedAtEveryLevel("certificate.dsse.json is no plain file");
  }

  @Test
  void aWrongSignatureIsRefused() throws Exception {
    Path file = Certificate.in(folder);
    String text = Files.readString(file);
    int at = text.indexOf("\"sig\": \"") + 10;
    char other = text.charAt(at) == 'A' ? 'B' : 'A';
    Files.writeString(file, text.substring(0, at) + other + text.substring(at + 1));
    assertRefusedAtEveryLevel("The signature of toys under its certificate is wrong");
  }

  @Test
  void anUnknownKeyIsRefusedWhereOneIsRequired() throws Exception {
    SigningKey stranger = SigningKey.generate();
    certify(Samples.result(FolderDigest.of(folder)), stranger);
    assertRefused(
        TrustLevel.SELF, stranger.publicKey().id() + ", which is not trusted", "trust folder");
    Verified verified = check(TrustLevel.NONE);
    assertEquals(TrustLevel.NONE, verified.level());
    assertEquals("", verified.signer());
    assertTrue(verified.warnings().getFirst().contains("a key that is not trusted"));
    Files.writeString(folder.resolve("x"), "");
    assertRefused(TrustLevel.NONE, "The file x is extra");
  }

  @Test
  void aSignatureWithoutAKeyIdIsTriedWithEveryKey() throws Exception {
    Samples.trust(trust, TrustLevel.SELF, "another", SigningKey.generate());
    Path file = Certificate.in(folder);
    String text = Files.readString(file).replace(KEY.publicKey().id(), "");
    Files.writeString(file, text);
    assertEquals("toys", check(TrustLevel.VENDOR).signer());
    Files.writeString(trust.resolve("revoked"), KEY.publicKey().id());
    assertRefusedAtEveryLevel(KEY.publicKey().id() + ", which is revoked");
  }

  @Test
  void aLowerLevelThanRequiredIsRefused() {
    assertRefused(
        TrustLevel.PROJECT,
        "is signed by toys at the level vendor",
        "the level project is required");
  }

  @Test
  void aRevokedKeyIsRefused() throws Exception {
    Files.writeString(trust.resolve("revoked"), KEY.publicKey().id() + " # lost\n");
    assertRefusedAtEveryLevel(KEY.publicKey().id() + ", which is revoked");
    Files.delete(trust.resolve("vendor/toys.pem"));
    assertRefusedAtEveryLevel(KEY.publicKey().id() + ", which is revoked");
  }

  @Test
  void aRevokedCertificateIsRefusedHoweverItIsWritten() throws Exception {
    Path file = Certificate.in(folder);
    Certificate certificate = Certificate.read(file);
    Files.writeString(trust.resolve("revoked"), certificate.digest());
    assertRefusedAtEveryLevel("Its certificate " + certificate.digest() + " is revoked");
    Files.writeString(file, Files.readString(file).replace("\n", " "));
    assertRefusedAtEveryLevel("Its certificate " + certificate.digest() + " is revoked");
  }

  @Test
  void theBestOfSeveralSignaturesCounts() throws Exception {
    SigningKey project = SigningKey.generate();
    SigningKey stranger = SigningKey.generate();
    Samples.trust(trust, TrustLevel.PROJECT, "vhost-dp", project);
    TckResult result = Samples.result(FolderDigest.of(folder));
    StringBuilder all = new StringBuilder();
    for (SigningKey key : List.of(stranger, KEY, project)) {
      String text = Certificate.sign(result, key).envelope().text();
      String one = text.substring(text.indexOf("[") + 1, text.lastIndexOf(']'));
      all.append(all.isEmpty() ? "" : ",").append(one);
    }
    String text = Certificate.sign(result, KEY).envelope().text();
    Files.writeString(
        Certificate.in(folder),
        text.substring(0, text.indexOf('[') + 1) + all + text.substring(text.lastIndexOf(']')));
    assertEquals("vhost-dp", check(TrustLevel.PROJECT).signer());
    Files.writeString(trust.resolve("revoked"), project.publicKey().id());
    Verified verified = check(TrustLevel.VENDOR);
    assertEquals("toys", verified.signer());
    assertTrue(verified.warnings().getFirst().contains("also signed with the revoked key"));
  }

  @Test
  void anotherDriversCertificateIsRefused() throws Exception {
    TckResult result = Samples.result(FolderDigest.of(folder));
    String other = result.text().replace("\"id\": \"toy\"", "\"id\": \"play\"");
    certify(TckResult.parse(other, "r"), KEY);
    assertRefusedAtEveryLevel("Its certificate is for the driver play");
    other = result.text().replace("\"version\": \"1.2.0\"", "\"version\": \"1.3.0\"");
    certify(TckResult.parse(other, "r"), KEY);
    assertRefusedAtEveryLevel("Its certificate is for version 1.3.0");
  }

  @Test
  void aFailedVerdictIsRefused() throws Exception {
    TckResult failed =
        Samples.result(
            FolderDigest.of(folder),
            List.of(Samples.rule("TX-1", "", TckResult.Status.FAIL)),
            Samples.mutants(),
            false);
    certify(failed, KEY);
    assertRefused(TrustLevel.SELF, "it failed the conformance kit: The rule TX-1 failed.");
    Verified verified = check(TrustLevel.NONE);
    assertEquals(TrustLevel.NONE, verified.level());
    assertTrue(verified.warnings().getFirst().contains("failed the conformance kit"));
  }

  @Test
  void aStatedVerdictThatDoesNotFollowIsRefused() throws Exception {
    TckResult failed =
        Samples.result(
            FolderDigest.of(folder),
            List.of(Samples.rule("TX-1", "", TckResult.Status.FAIL)),
            Samples.mutants(),
            true);
    Refused refused = assertThrows(Refused.class, () -> Certificate.sign(failed, KEY));
    assertTrue(refused.getMessage().contains("states the verdict pass"), refused.getMessage());
    Envelope forged = Envelope.sign(Statement.PAYLOAD_TYPE, Statement.bytes(failed), KEY);
    Files.writeString(Certificate.in(folder), forged.text());
    assertRefusedAtEveryLevel("states the verdict pass, which does not follow", "TX-1 failed.");
  }

  @Test
  void anotherMachineIsAWarning() throws Exception {
    Trust all = Trust.read(trust);
    Machine other = new Machine("6.12.1", "25", "aarch64", "");
    List<String> warnings =
        Verification.check(folder, "toy", "1.2.0", all, TrustLevel.VENDOR, other).warnings();
    assertEquals(
        List.of(
            "The driver toy 1.2.0 was tested on the architecture amd64, and this is aarch64.",
            "The driver toy 1.2.0 was tested on Linux 6.8, and this is Linux 6.12."),
        warnings);
    Machine near = new Machine("6.8.12-rc1", "26", "amd64", "x");
    assertEquals(
        List.of(),
        Verification.check(folder, "toy", "1.2.0", all, TrustLevel.VENDOR, near).warnings());
  }

  @Test
  void aCertificateAloneIsVerifiedWithoutFiles() throws Exception {
    Certificate certificate = Certificate.read(Certificate.in(folder));
    Trust all = Trust.read(trust);
    Verified verified = Verification.check(certificate, "c", all, TrustLevel.VENDOR);
    assertEquals("toys", verified.signer());
    Refused refused =
        assertThrows(
            Refused.class,
            () -> Verification.check(certificate, "c", Trust.NOBODY, TrustLevel.SELF));
    assertTrue(refused.getMessage().startsWith("The certificate c is refused: "));
  }

  @Test
  void malformedCertificatesAreRefused() throws Exception {
    Path file = Certificate.in(folder);
    String right = Files.readString(file);
    for (String text :
        List.of("", "{}", "[]", right.substring(0, 50), right.replace("in-toto", "other"))) {
      Files.writeString(file, text);
      assertRefusedAtEveryLevel(file.toString());
    }
    Files.delete(file);
    Files.createDirectory(file);
    assertRefusedAtEveryLevel("is no plain file");
  }
}
