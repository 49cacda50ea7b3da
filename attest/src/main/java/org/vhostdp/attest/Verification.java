package org.vhostdp.attest;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeSet;

/**
 * Whether a driver folder is what was tested, by whose word. Loads no class of it. A certificate
 * that is there must be right at every level, also at {@link TrustLevel#NONE}: malformed, for other
 * files, revoked or wrongly signed, it is refused. At {@link TrustLevel#NONE} it may be missing,
 * signed by a stranger, or say that the driver failed, and the operator is warned.
 */
public final class Verification {
  private final Path folder;
  private final String id;
  private final String version;
  private final Trust trust;
  private final TrustLevel required;
  private final Machine here;
  private final List<String> warnings = new ArrayList<>();

  private Verification(
      Path folder, String id, String version, Trust trust, TrustLevel required, Machine here) {
    this.folder = folder;
    this.id = id;
    this.version = version;
    this.trust = trust;
    this.required = required;
    this.here = here;
  }

  /**
   * Verifies a driver folder with its {@link Certificate#FILE}. Any thread; it reads every file.
   *
   * @param folder the driver's folder
   * @param id the driver's id, as its descriptor says
   * @param version the driver's version, as its descriptor says
   * @param trust whose signatures count
   * @param required the least level
   * @throws Refused naming the driver, the folder, what is wrong and what to do
   */
  public static Verified check(
      Path folder, String id, String version, Trust trust, TrustLevel required) throws Refused {
    return check(folder, id, version, trust, required, Machine.here(""));
  }

  static Verified check(
      Path folder, String id, String version, Trust trust, TrustLevel required, Machine here)
      throws Refused {
    Verification verification = new Verification(folder, id, version, trust, required, here);
    try {
      return verification.verify();
    } catch (Refused e) {
      throw new Refused(
          "The driver %s %s in %s is refused: %s"
              .formatted(
                  Printable.of(id), Printable.of(version), Printable.of(folder), e.getMessage()),
          e);
    }
  }

  /**
   * Verifies a certificate without the driver it is for: signature, revocation, verdict. Any
   * thread.
   *
   * @param certificate what was read
   * @param name what refusals call it
   * @param trust whose signatures count
   * @param required the least level
   * @return the result, with no files
   * @throws Refused naming the certificate, what is wrong and what to do
   */
  public static Verified check(
      Certificate certificate, String name, Trust trust, TrustLevel required) throws Refused {
    TckResult.Driver driver = certificate.result().driver();
    Verification verification =
        new Verification(
            Path.of(""), driver.id(), driver.version(), trust, required, Machine.here(""));
    try {
      Trust.Signer signer = verification.signer(certificate);
      return verification.judged(certificate, signer, Collections.emptySortedMap());
    } catch (Refused e) {
      throw new Refused("The certificate %s is refused: %s".formatted(name, e.getMessage()), e);
    }
  }

  private Verified verify() throws Refused {
    SortedMap<String, String> files = FolderDigest.of(folder);
    if (!Certificate.isIn(folder)) {
      if (required != TrustLevel.NONE) {
        throw new Refused(
            "It has no certificate %s, and the level %s is required. Install it with its certificate, or require less."
                .formatted(Certificate.FILE, required.word()));
      }
      warnings.add(about("has no certificate: nobody vouches for it."));
      return new Verified(TrustLevel.NONE, "", "", Optional.empty(), files, warnings);
    }
    Certificate certificate = Certificate.read(Certificate.in(folder));
    // The signature comes first: nothing else is known of what the certificate says.
    Trust.Signer signer = signer(certificate);
    checkDriver(certificate.result().driver());
    checkFiles(certificate.result().files(), files);
    return judged(certificate, signer, files);
  }

  private Verified judged(
      Certificate certificate, Trust.Signer signer, SortedMap<String, String> files)
      throws Refused {
    boolean passed = checkVerdict(certificate.result());
    compareMachines(certificate.result().machine());
    if (signer == null || !passed) {
      return new Verified(TrustLevel.NONE, "", "", Optional.of(certificate), files, warnings);
    }
    return new Verified(
        signer.level(),
        signer.name(),
        signer.key().id(),
        Optional.of(certificate),
        files,
        warnings);
  }

  private String about(String what) {
    return "The driver %s %s %s".formatted(Printable.of(id), Printable.of(version), what);
  }

  /** The best signer, or null for a stranger where nobody is required. */
  private Trust.Signer signer(Certificate certificate) throws Refused {
    Signers signers = Signers.of(certificate, trust);
    Trust.Signer best = signers.best();
    if (best == null) {
      if (required != TrustLevel.NONE) {
        throw new Refused(
            "Its certificate is signed with the key %s, which is not trusted, and the level %s is required. If you trust that key, put it into the trust folder."
                .formatted(signers.strangers(), required.word()));
      }
      warnings.add(about("is signed with a key that is not trusted: " + signers.strangers() + "."));
      return null;
    }
    if (!best.level().suffices(required)) {
      throw new Refused(
          "Its certificate is signed by %s at the level %s, and the level %s is required. Install one with that signature, or require less."
              .formatted(Printable.of(best.name()), best.level().word(), required.word()));
    }
    signers
        .revoked()
        .forEach(key -> warnings.add(about("is also signed with the revoked key " + key + ".")));
    return best;
  }

  private void checkDriver(TckResult.Driver tested) throws Refused {
    if (!tested.id().equals(id)) {
      throw new Refused(
          "Its certificate is for the driver %s. Install the driver again, with its own certificate."
              .formatted(Printable.of(tested.id())));
    }
    if (!tested.version().equals(version)) {
      throw new Refused(
          "Its certificate is for version %s. Install the driver again, with its own certificate."
              .formatted(Printable.of(tested.version())));
    }
  }

  private static void checkFiles(SortedMap<String, String> tested, SortedMap<String, String> found)
      throws Refused {
    TreeSet<String> names = new TreeSet<>(tested.keySet());
    names.addAll(found.keySet());
    for (String name : names) {
      if (!found.containsKey(name)) {
        throw new Refused(
            "The file %s is missing, which was there when the driver was tested. Install it again."
                .formatted(Printable.of(name)));
      }
      if (!tested.containsKey(name)) {
        throw new Refused(
            "The file %s is extra: it was not there when the driver was tested. Remove it, or install the driver again."
                .formatted(Printable.of(name)));
      }
      if (!found.get(name).equals(tested.get(name))) {
        throw new Refused(
            "The file %s was changed: it is not the one that was tested. Install the driver again."
                .formatted(Printable.of(name)));
      }
    }
  }

  private boolean checkVerdict(TckResult result) throws Refused {
    Verdict verdict = result.verdict();
    if (verdict.passed() != result.passed()) {
      throw new Refused(
          "Its certificate states the verdict %s, which does not follow from its rules%s Have it tested again."
              .formatted(
                  result.passed() ? "pass" : "fail",
                  verdict.passed() ? "." : ": " + Printable.of(verdict.reasons().getFirst())));
    }
    if (verdict.passed()) {
      return true;
    }
    String reason = Printable.of(verdict.reasons().getFirst());
    if (required != TrustLevel.NONE) {
      throw new Refused(
          "Its certificate says that it failed the conformance kit: %s Install a version that passes."
              .formatted(reason));
    }
    warnings.add(about("failed the conformance kit: " + reason));
    return false;
  }

  private void compareMachines(Machine tested) {
    if (!tested.architecture().equals(here.architecture())) {
      warnings.add(
          about(
              "was tested on the architecture %s, and this is %s."
                  .formatted(Printable.of(tested.architecture()), here.architecture())));
    }
    if (!tested.series().equals(here.series())) {
      warnings.add(
          about(
              "was tested on Linux %s, and this is Linux %s."
                  .formatted(Printable.of(tested.series()), here.series())));
    }
  }
}
