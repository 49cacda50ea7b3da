package org.vhostdp.attest;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;

/**
 * A result in a signed envelope. Reading one verifies nothing: {@link Verification} does.
 *
 * @param envelope the envelope with its signatures
 * @param result what the signed statement says
 * @param digest {@link Sha256} of the signed bytes; revocation lists name certificates by it, since
 *     the envelope's own bytes can be changed without breaking the signature
 */
public record Certificate(Envelope envelope, TckResult result, String digest) {
  /** Where a driver folder keeps its certificate. */
  public static final String FILE = FolderDigest.ATTEST + "/certificate.dsse.json";

  /** The certificate's file in a driver folder, whether it exists or not. */
  public static Path in(Path folder) {
    return folder.resolve(FILE);
  }

  /** Whether something, even if it is no certificate, stands where a certificate belongs. */
  public static boolean isIn(Path folder) {
    return Files.exists(in(folder), LinkOption.NOFOLLOW_LINKS);
  }

  /**
   * Reads a file of at most 8 MiB that is no symbolic link.
   *
   * @throws Refused naming the file and what is malformed
   */
  public static Certificate read(Path file) throws Refused {
    String name = Printable.of(file);
    byte[] bytes = BoundedFile.bytes(file, BoundedFile.MOST, LinkOption.NOFOLLOW_LINKS);
    return parse(BoundedFile.text(bytes, name), name);
  }

  /**
   * Reads the text of a certificate.
   *
   * @param name what refusals call it
   * @throws Refused saying what is malformed
   */
  public static Certificate parse(String text, String name) throws Refused {
    Envelope envelope = Envelope.parse(text, name);
    if (!envelope.payloadType().equals(Statement.PAYLOAD_TYPE)) {
      throw new Refused(
          "%s holds \"%s\", not an in-toto statement."
              .formatted(name, Printable.of(envelope.payloadType())));
    }
    byte[] payload = envelope.payload();
    return new Certificate(envelope, Statement.parse(payload, name), Sha256.of(payload));
  }

  /**
   * Signs a result.
   *
   * @throws Refused if the result contradicts itself: it states another verdict than follows from
   *     it
   */
  public static Certificate sign(TckResult result, SigningKey key) throws Refused {
    Verdict verdict = result.verdict();
    if (verdict.passed() != result.passed()) {
      throw new Refused(
          "The result states the verdict %s, but %s"
              .formatted(
                  result.passed() ? "pass" : "fail",
                  verdict.passed() ? "nothing in it failed." : verdict.reasons().getFirst()));
    }
    byte[] payload = Statement.bytes(result);
    Envelope envelope = Envelope.sign(Statement.PAYLOAD_TYPE, payload, key);
    return new Certificate(envelope, result, Sha256.of(payload));
  }

  /**
   * Writes the certificate in one step; a file of that name is replaced, missing folders are made.
   *
   * @throws Refused saying why it could not be written
   */
  public void write(Path file) throws Refused {
    BoundedFile.replace(file, envelope.text().getBytes(StandardCharsets.UTF_8));
  }
}
