package org.vhostdp.attest;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PrivateKey;
import java.security.SecureRandom;
import java.security.Signature;
import java.security.interfaces.EdECPrivateKey;
import java.security.spec.NamedParameterSpec;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.Set;

/** A private Ed25519 key with its public one. Unmodifiable; any thread. */
public final class SigningKey {
  private static final Set<StandardOpenOption> NEW =
      Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);

  private final PrivateKey key;
  private final VerifyingKey publicKey;

  private SigningKey(PrivateKey key, VerifyingKey publicKey) {
    this.key = key;
    this.publicKey = publicKey;
  }

  /** A new key. */
  public static SigningKey generate() {
    try {
      KeyPair pair = KeyPairGenerator.getInstance(VerifyingKey.ALGORITHM).generateKeyPair();
      return new SigningKey(pair.getPrivate(), new VerifyingKey(pair.getPublic()));
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("this Java platform has no Ed25519", e);
    }
  }

  /**
   * Reads a PEM file with one private key (PKCS #8, not encrypted).
   *
   * @throws Refused naming the file and what is wrong with it
   */
  public static SigningKey read(Path file) throws Refused {
    byte[] bytes = Pem.read(file, Pem.PRIVATE);
    try {
      PrivateKey key =
          KeyFactory.getInstance(VerifyingKey.ALGORITHM)
              .generatePrivate(new PKCS8EncodedKeySpec(bytes));
      return new SigningKey(key, publicKeyOf(key));
    } catch (GeneralSecurityException e) {
      throw new Refused(Printable.of(file) + " is no private key of the kind Ed25519.", e);
    }
  }

  /** Whether others than its owner may read a key's file. */
  public static boolean isExposed(Path file) throws Refused {
    try {
      Set<PosixFilePermission> may = Files.getPosixFilePermissions(file);
      return may.contains(PosixFilePermission.GROUP_READ)
          || may.contains(PosixFilePermission.OTHERS_READ);
    } catch (IOException e) {
      throw new Refused("%s cannot be read: %s.".formatted(Printable.of(file), Reason.of(e)), e);
    }
  }

  /**
   * The file of the public key that belongs to one of a private key: {@code a.pub.pem} for {@code
   * a.pem}.
   */
  public static Path publicFile(Path file) {
    String name = file.getFileName().toString();
    String base = name.endsWith(".pem") ? name.substring(0, name.length() - 4) : name;
    return file.resolveSibling(base + ".pub.pem");
  }

  /**
   * Writes the key, readable by its owner alone, and its public key beside it. Both are new files.
   *
   * @throws Refused if one of them exists, or cannot be written
   */
  public void write(Path file) throws Refused {
    Path other = publicFile(file);
    for (Path each : new Path[] {file, other}) {
      if (Files.exists(each, LinkOption.NOFOLLOW_LINKS)) {
        throw new Refused(
            "%s exists already, and no key is ever overwritten. Name another file."
                .formatted(Printable.of(each)));
      }
    }
    writeNew(file, Pem.text(key.getEncoded(), Pem.PRIVATE), "rw-------");
    writeNew(other, publicKey.pem(), "rw-r--r--");
  }

  private static void writeNew(Path file, String text, String may) throws Refused {
    try (var out =
        Files.newByteChannel(
            file,
            NEW,
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString(may)))) {
      out.write(StandardCharsets.US_ASCII.encode(text));
    } catch (IOException e) {
      throw new Refused("%s cannot be written: %s.".formatted(Printable.of(file), Reason.of(e)), e);
    }
  }

  /** The public key. */
  public VerifyingKey publicKey() {
    return publicKey;
  }

  /** The signature of bytes; always the same for the same bytes. */
  byte[] sign(byte[] bytes) {
    try {
      return sign(key, bytes);
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("a key that was read cannot sign", e);
    }
  }

  private static byte[] sign(PrivateKey key, byte[] bytes) throws GeneralSecurityException {
    Signature signature = Signature.getInstance(VerifyingKey.ALGORITHM);
    signature.initSign(key);
    signature.update(bytes);
    return signature.sign();
  }

  /**
   * The JDK has no call for this, but its generator makes the private key of 32 random bytes: given
   * the private key's own bytes, it makes the same pair. A trial signature proves that it did.
   */
  private static VerifyingKey publicKeyOf(PrivateKey key) throws GeneralSecurityException {
    byte[] seed =
        key instanceof EdECPrivateKey ed
            ? ed.getBytes().orElseThrow(() -> new GeneralSecurityException("no key inside"))
            : new byte[0];
    KeyPairGenerator generator = KeyPairGenerator.getInstance(VerifyingKey.ALGORITHM);
    generator.initialize(NamedParameterSpec.ED25519, new Fixed(seed));
    VerifyingKey made = new VerifyingKey(generator.generateKeyPair().getPublic());
    byte[] trial = {1, 2, 3};
    if (!made.verifies(trial, sign(key, trial))) {
      throw new GeneralSecurityException("its public key cannot be computed");
    }
    return made;
  }

  /** Random bytes that are not. */
  private static final class Fixed extends SecureRandom {
    private static final long serialVersionUID = 1L;

    private final byte[] seed;

    Fixed(byte[] seed) {
      this.seed = seed;
    }

    @Override
    public void nextBytes(byte[] bytes) {
      System.arraycopy(seed, 0, bytes, 0, Math.min(seed.length, bytes.length));
    }
  }
}
