package org.vhostdp.attest;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/**
 * Whose signatures a certificate carries.
 *
 * @param best the most trusted one that is right and not revoked, or null
 * @param revoked ids of keys of other signatures that are revoked
 * @param strangers ids of keys that are not trusted, in words
 */
record Signers(Trust.Signer best, List<String> revoked, String strangers) {
  /**
   * Verifies every signature of a trusted key.
   *
   * @throws Refused if one of them is wrong, or the certificate or its only keys are revoked
   */
  static Signers of(Certificate certificate, Trust trust) throws Refused {
    if (trust.isRevoked(certificate.digest())) {
      throw new Refused(
          "Its certificate %s is revoked. Install another version of the driver."
              .formatted(certificate.digest()));
    }
    Trust.Signer best = null;
    List<String> revoked = new ArrayList<>();
    List<String> strangers = new ArrayList<>();
    for (Envelope.Signature signature : certificate.envelope().signatures()) {
      Trust.Signer signer = find(certificate.envelope(), signature, trust);
      String key = signer == null ? signature.keyId() : signer.key().id();
      if (trust.isRevoked(key)) {
        revoked.add(key);
      } else if (signer == null) {
        strangers.add(key.isEmpty() ? "(not named)" : Printable.of(key));
      } else if (best == null || !best.level().suffices(signer.level())) {
        best = signer;
      }
    }
    if (best == null && !revoked.isEmpty()) {
      throw new Refused(
          "Its certificate is signed with the key %s, which is revoked. Install a version that is signed with another."
              .formatted(revoked.getFirst()));
    }
    return new Signers(
        best, List.copyOf(revoked), strangers.stream().collect(Collectors.joining(", ")));
  }

  /** The trusted key of a signature, or null. A signature without a key's id may be anyone's. */
  private static Trust.Signer find(Envelope envelope, Envelope.Signature signature, Trust trust)
      throws Refused {
    if (signature.keyId().isEmpty()) {
      return trust.signers().stream()
          .filter(each -> envelope.isSigned(signature, each.key()))
          .findFirst()
          .orElse(null);
    }
    Trust.Signer signer = trust.signer(signature.keyId()).orElse(null);
    if (signer != null && !envelope.isSigned(signature, signer.key())) {
      throw new Refused(
          "The signature of %s under its certificate is wrong: the certificate was changed. Install the driver again."
              .formatted(Printable.of(signer.name())));
    }
    return signer;
  }
}
