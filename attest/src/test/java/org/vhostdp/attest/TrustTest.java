package org.vhostdp.attest;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class TrustTest {
  @TempDir private Path folder;

  private void assertRefused(String words) {
    Refused refused = assertThrows(Refused.class, () -> Trust.read(folder));
    assertTrue(refused.getMessage().contains(words), refused.getMessage());
  }

  @Test
  void theFolderOfAKeyIsItsLevel() throws Exception {
    for (TrustLevel level : TrustLevel.values()) {
      if (level != TrustLevel.NONE) {
        SigningKey key = SigningKey.generate();
        Samples.trust(folder, level, "k-" + level.word(), key);
        Trust.Signer signer = Trust.read(folder).signer(key.publicKey().id()).orElseThrow();
        assertEquals(level, signer.level());
        assertEquals("k-" + level.word(), signer.name());
      }
    }
    assertEquals(3, Trust.read(folder).signers().size());
  }

  @Test
  void aKeyInTwoFoldersHasTheBetterLevel() throws Exception {
    SigningKey key = SigningKey.generate();
    Samples.trust(folder, TrustLevel.SELF, "a", key);
    Samples.trust(folder, TrustLevel.PROJECT, "b", key);
    Samples.trust(folder, TrustLevel.VENDOR, "c", key);
    assertEquals(
        TrustLevel.PROJECT, Trust.read(folder).signer(key.publicKey().id()).orElseThrow().level());
  }

  @Test
  void revocationsAreListedWithComments() throws Exception {
    String digest = "0f".repeat(32);
    Files.writeString(folder.resolve("revoked"), "# none\r\n\n  " + digest + "  # stolen\r\n");
    Trust trust = Trust.read(folder);
    assertTrue(trust.isRevoked(digest));
    assertFalse(trust.isRevoked("0e".repeat(32)));
  }

  @Test
  void aMalformedRevocationIsNamedByItsLine() throws Exception {
    Files.writeString(folder.resolve("revoked"), "# one\n" + "0F".repeat(32) + "\n");
    assertRefused("revoked:2: \"0F0F");
  }

  @Test
  void aMissingFolderTrustsNobody() throws Exception {
    assertEquals(0, Trust.read(folder.resolve("none")).signers().size());
  }

  @Test
  void misspelledNamesAreRefused() throws Exception {
    Path wrong = Files.writeString(folder.resolve("revoked.txt"), "");
    assertRefused("\"revoked.txt\", which means nothing there");
    Files.delete(wrong);
    wrong = Files.createDirectory(folder.resolve("none"));
    assertRefused("\"none\", which means nothing there");
    Files.delete(wrong);
    Files.writeString(folder.resolve("README.md"), "");
    Files.createDirectories(folder.resolve("self"));
    Files.writeString(folder.resolve("self/.keep"), "");
    assertEquals(0, Trust.read(folder).signers().size());
    Files.writeString(folder.resolve("self/me.pub"), "");
    assertRefused("self/me.pub is no key: keys in a trust folder are named NAME.pem");
  }

  @Test
  void aBadKeyIsNeverPassedOver() throws Exception {
    Files.createDirectories(folder.resolve("vendor"));
    Files.writeString(folder.resolve("vendor/x.pem"), "x");
    assertRefused("x.pem is not one public key in PEM");
  }

  @Test
  void levelsAreNamedInWords() throws Exception {
    assertEquals(TrustLevel.VENDOR, TrustLevel.parse("vendor"));
    Refused refused = assertThrows(Refused.class, () -> TrustLevel.parse("Vendor"));
    assertTrue(refused.getMessage().contains("there are none, self, vendor and project"));
    assertTrue(TrustLevel.PROJECT.suffices(TrustLevel.VENDOR));
    assertFalse(TrustLevel.SELF.suffices(TrustLevel.VENDOR));
  }
}
