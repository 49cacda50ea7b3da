package org.vhostdp.store;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.vhostdp.attest.SigningKey;
import org.vhostdp.attest.TrustLevel;

/** Installed drivers with certificates of every level, under every level that is asked for. */
final class CertifiedDriverTest {
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

  static Stream<Arguments> levels() {
    List<Arguments> all = new ArrayList<>();
    for (TrustLevel signed : TrustLevel.values()) {
      for (TrustLevel required : TrustLevel.values()) {
        all.add(Arguments.of(signed, required));
      }
    }
    return all.stream();
  }

  @ParameterizedTest
  @MethodSource("levels")
  void aLevelSufficesOrIsRefused(TrustLevel signed, TrustLevel required) throws Exception {
    SigningKey key = toy.certificates.key(signed);
    Path folder = toy.install(toy.right(key));
    boolean enough = signed.suffices(required);
    if (enough) {
      toy.load(required, null);
      toy.unmark();
      // What a section asks for stands in place of the minimum, more or less of it.
      toy.load(TrustLevel.PROJECT, required);
      assertEquals(signed, toy.verified(required).level());
      return;
    }
    String why =
        signed == TrustLevel.NONE
            ? "Its certificate is signed with the key %s, which is not trusted, and the level %s is required. If you trust that key, put it into the trust folder."
                .formatted(key.publicKey().id(), required.word())
            : "Its certificate is signed by acme at the level %s, and the level %s is required. Install one with that signature, or require less."
                .formatted(signed.word(), required.word());
    String sentence = "The driver toy 1.2.3 in %s is refused: %s".formatted(folder, why);
    assertEquals(sentence, toy.refusal(required, null));
    assertEquals(sentence, toy.refusal(TrustLevel.NONE, required));
    toy.assertRefusedUnchanged(required, why);
  }

  @ParameterizedTest
  @EnumSource
  void withoutACertificate(TrustLevel required) throws Exception {
    toy.install(null);
    if (required == TrustLevel.NONE) {
      toy.load(required, null);
      return;
    }
    String why =
        "It has no certificate attest/certificate.dsse.json, and the level %s is required. Install it with its certificate, or require less."
            .formatted(required.word());
    assertTrue(toy.refusal(required, null).endsWith(why));
    toy.assertRefusedUnchanged(required, why);
    toy.load(required, TrustLevel.NONE);
  }

  @Test
  void aKeyIsRevokedWhileTheStoreIsOpen() throws Exception {
    SigningKey key = toy.certificates.key(TrustLevel.SELF);
    toy.install(toy.right(key));
    DriverStore open = toy.store(TrustLevel.SELF);
    open.load(MarkedDriver.ID);
    toy.certificates.revoke(key.publicKey().id());
    DriverRefused e = assertThrows(DriverRefused.class, () -> open.load(MarkedDriver.ID));
    assertTrue(e.getMessage().contains(key.publicKey().id() + ", which is revoked"));
  }

  @Test
  void aTrustFolderThatIsMalformedStopsEverything() throws Exception {
    toy.install(toy.right(toy.certificates.key(TrustLevel.VENDOR)));
    toy.certificates.revoke("not a digest");
    assertEquals(
        "%s:1: \"not a digest\" is neither a key's nor a certificate's SHA-256 of 64 small hexadecimal digits."
            .formatted(temp.resolve("trust/revoked")),
        toy.refusal(TrustLevel.NONE, null));
  }

  @Test
  void aByteThatWasChangedUnderARightCertificate() throws Exception {
    Path folder = toy.install(toy.right(toy.certificates.key(TrustLevel.VENDOR)));
    Path jar = folder.resolve("lib/driver.jar");
    byte[] bytes = Files.readAllBytes(jar);
    bytes[bytes.length / 2] ^= 1;
    Files.write(jar, bytes);
    assertEquals(
        "The driver toy 1.2.3 in %s is refused: The file lib/driver.jar was changed: it is not the one that was tested. Install the driver again."
            .formatted(folder),
        toy.refusal(TrustLevel.VENDOR, null));
  }
}
