package org.vhostdp.cli.catalogue;

import java.util.List;
import java.util.Optional;
import org.vhostdp.attest.Certificate;
import org.vhostdp.attest.TckResult;
import org.vhostdp.attest.TrustLevel;
import org.vhostdp.attest.Verified;
import org.vhostdp.store.DriverDescriptor;
import org.vhostdp.store.DriverRefused;
import org.vhostdp.store.DriverStore;

/**
 * One version of a driver, and what its certificate is worth.
 *
 * @param driver what its descriptor says
 * @param active whether its id stands for this version
 * @param standing what is known about its conformance
 * @param remarks sentences about that, without paths of this machine
 * @param signer who vouches for it and at which level, "" if nobody does
 * @param certificate what it says, if it belongs to these files
 */
record Listed(
    DriverDescriptor driver,
    boolean active,
    Standing standing,
    List<String> remarks,
    String signer,
    Optional<Certificate> certificate) {

  /** Reads every file of the driver's folder; loads none of its classes. */
  static Listed of(DriverStore store, DriverStore.Entry entry) {
    DriverDescriptor driver = entry.descriptor();
    try {
      Verified verified = store.verify(entry, TrustLevel.NONE);
      List<String> remarks =
          verified.warnings().stream().map(each -> withoutPaths(driver, each)).toList();
      String signer =
          verified.level() == TrustLevel.NONE
              ? ""
              : "%s (%s)".formatted(verified.signer(), verified.level().word());
      return new Listed(
          driver, entry.active(), standing(verified), remarks, signer, verified.certificate());
    } catch (DriverRefused e) {
      List<String> remarks = List.of(withoutPaths(driver, e.getMessage()));
      return new Listed(driver, entry.active(), Standing.REFUSED, remarks, "", Optional.empty());
    }
  }

  private static Standing standing(Verified verified) {
    if (verified.certificate().isEmpty()) {
      return Standing.NONE;
    }
    if (!verified.certificate().get().result().verdict().passed()) {
      return Standing.FAILED;
    }
    return verified.level() == TrustLevel.NONE ? Standing.UNTRUSTED : Standing.CERTIFIED;
  }

  /** What is published tells nobody where it lay. */
  private static String withoutPaths(DriverDescriptor driver, String sentence) {
    String name = driver.folder().getFileName().toString();
    return sentence
        .replace(driver.folder().toString(), name)
        .replace(driver.folder().getParent() + "/", "");
  }

  /** What was found out about it, if its certificate belongs to these files. */
  Optional<TckResult> result() {
    return certificate.map(Certificate::result);
  }

  /** The name of its own pages, without an ending. */
  String name() {
    return driver.id() + "-" + driver.version();
  }
}
