package org.vhostdp.attest;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.KeyPairGenerator;
import java.util.Arrays;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class KeysTest {
  @TempDir private Path folder;

  private static byte[] hex(String digits) {
    return HexFormat.of().parseHex(digits);
  }

  private static void assertRefused(Path file, boolean isPrivate, String words) {
    Refused refused =
        assertThrows(
            Refused.class,
            () -> {
              if (isPrivate) {
                SigningKey.read(file);
              } else {
                VerifyingKey.read(file);
              }
            });
    assertTrue(refused.getMessage().contains(words), refused.getMessage());
    assertTrue(refused.getMessage().contains(file.toString()), refused.getMessage());
  }

  /** RFC 8032, section 7.1, test 1. */
  @Test
  void aKnownKeySignsAsKnown() throws Exception {
    String secret = "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60";
    byte[] pkcs8 = hex("302e020100300506032b657004220420" + secret);
    Path file = Files.writeString(folder.resolve("k.pem"), Pem.text(pkcs8, Pem.PRIVATE));
    SigningKey key = SigningKey.read(file);
    byte[] spki =
        hex(
            "302a300506032b6570032100"
                + "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a");
    assertEquals(Pem.text(spki, Pem.PUBLIC), key.publicKey().pem());
    assertEquals(Sha256.of(spki), key.publicKey().id());
    assertArrayEquals(
        hex(
            "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555"
                + "fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b"),
        key.sign(new byte[0]));
  }

  @Test
  void aNewKeyIsItsOwnersAloneAndComesBack() throws Exception {
    Path file = folder.resolve("me.pem");
    SigningKey key = SigningKey.generate();
    key.write(file);
    assertEquals("rw-------", PosixFilePermissions.toString(Files.getPosixFilePermissions(file)));
    assertFalse(SigningKey.isExposed(file));
    assertEquals(folder.resolve("me.pub.pem"), SigningKey.publicFile(file));
    assertEquals(key.publicKey().id(), VerifyingKey.read(folder.resolve("me.pub.pem")).id());
    assertEquals(key.publicKey().id(), SigningKey.read(file).publicKey().id());
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-r-----"));
    assertTrue(SigningKey.isExposed(file));
  }

  @Test
  void noKeyIsOverwritten() throws Exception {
    Path file = folder.resolve("me.pem");
    Files.writeString(folder.resolve("me.pub.pem"), "mine");
    Refused refused = assertThrows(Refused.class, () -> SigningKey.generate().write(file));
    assertTrue(refused.getMessage().contains("me.pub.pem exists already"), refused.getMessage());
    assertFalse(Files.exists(file));
  }

  @Test
  void aSignatureIsOfOneKeyAndOneText() {
    SigningKey key = SigningKey.generate();
    byte[] signature = key.sign("a".getBytes(US_ASCII));
    assertTrue(key.publicKey().verifies("a".getBytes(US_ASCII), signature));
    assertFalse(key.publicKey().verifies("b".getBytes(US_ASCII), signature));
    assertFalse(SigningKey.generate().publicKey().verifies("a".getBytes(US_ASCII), signature));
    for (int length : new int[] {0, 1, 63, 65, 1000}) {
      assertFalse(key.publicKey().verifies(new byte[1], new byte[length]), "length " + length);
    }
    byte[] large = new byte[64];
    Arrays.fill(large, (byte) 0xFF);
    assertFalse(key.publicKey().verifies(new byte[1], large));
  }

  @Test
  void commentsMayStandAroundAKey() throws Exception {
    SigningKey key = SigningKey.generate();
    String text = "# of Toys Ltd.\n\n" + key.publicKey().pem().replace("\n", "\r\n") + "# end\n";
    Path file = Files.writeString(folder.resolve("k.pem"), text);
    assertEquals(key.publicKey().id(), VerifyingKey.read(file).id());
  }

  @Test
  void whatIsNoKeyIsExplained() throws Exception {
    Path mine = folder.resolve("me.pem");
    SigningKey.generate().write(mine);
    Path open = SigningKey.publicFile(mine);
    assertRefused(mine, false, "is a private key. Keep it secret");
    assertRefused(open, true, "is a public key; the private one signs");
    Path file = folder.resolve("x.pem");
    assertRefused(file, false, "There is no file");
    String pem = Files.readString(open);
    for (String text : new String[] {"", "x", pem + pem, pem.replace("-----END", "-----")}) {
      Files.writeString(file, text);
      assertRefused(file, false, "is not one public key in PEM");
    }
    Files.writeString(file, pem.replaceFirst("\nM", "\n!"));
    assertRefused(file, false, "is not in base64");
    Files.writeString(file, pem.replaceFirst("\nM", "\nN"));
    assertRefused(file, false, "is no public key of the kind Ed25519");
    Files.writeString(file, "#".repeat(20_000));
    assertRefused(file, false, "is larger than");
  }

  @Test
  void anotherKindOfKeyIsRefused() throws Exception {
    var pair = KeyPairGenerator.getInstance("EC").generateKeyPair();
    Path file = folder.resolve("ec.pem");
    Files.writeString(file, Pem.text(pair.getPublic().getEncoded(), Pem.PUBLIC));
    assertRefused(file, false, "is no public key of the kind Ed25519");
    Files.writeString(file, Pem.text(pair.getPrivate().getEncoded(), Pem.PRIVATE));
    assertRefused(file, true, "is no private key of the kind Ed25519");
  }
}
