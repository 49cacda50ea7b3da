package org.vhostdp.attest;

import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PublicKey;
import java.security.Signature;
import java.security.spec.X509EncodedKeySpec;

/** A public Ed25519 key. Unmodifiable; any thread. */
public final class VerifyingKey {
  static final String ALGORITHM = "Ed25519";

  private final PublicKey key;
  private final String id;

  VerifyingKey(PublicKey key) {
    this.key = key;
    this.id = Sha256.of(key.getEncoded());
  }

  /**
   * Reads a PEM file with one public key (X.509 SubjectPublicKeyInfo).
   *
   * @throws Refused naming the file and what is wrong with it
   */
  public static VerifyingKey read(Path file) throws Refused {
    byte[] bytes = Pem.read(file, Pem.PUBLIC);
    try {
      return new VerifyingKey(
          KeyFactory.getInstance(ALGORITHM).generatePublic(new X509EncodedKeySpec(bytes)));
    } catch (GeneralSecurityException e) {
      throw new Refused(Printable.of(file) + " is no public key of the kind Ed25519.", e);
    }
  }

  /** SHA-256 of the key's SubjectPublicKeyInfo. */
  public String id() {
    return id;
  }

  /** The key in PEM, ended by a line feed. */
  public String pem() {
    return Pem.text(key.getEncoded(), Pem.PUBLIC);
  }

  /** Whether a signature of bytes is this key's. */
  boolean verifies(byte[] bytes, byte[] signature) {
    try {
      Signature check = Signature.getInstance(ALGORITHM);
      check.initVerify(key);
      check.update(bytes);
      return check.verify(signature);
    } catch (GeneralSecurityException e) {
      // Thrown for a signature of another length or outside the curve's range: it is wrong.
      return false;
    }
  }
}
