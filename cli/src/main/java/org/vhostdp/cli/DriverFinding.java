package org.vhostdp.cli;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.vhostdp.attest.TrustLevel;
import org.vhostdp.attest.Verified;
import org.vhostdp.store.DriverCheck;
import org.vhostdp.store.DriverDescriptor;
import org.vhostdp.store.DriverRefused;
import org.vhostdp.store.DriverStore;

/**
 * What is known of a driver's folder without loading it.
 *
 * @param entry the folder
 * @param verified who vouches for it, or null if it is refused
 * @param refusal why it is refused, or null
 */
record DriverFinding(DriverStore.Entry entry, Verified verified, String refusal) {
  /**
   * Checks a folder.
   *
   * @param level least level of trust; null for the policy's
   */
  static DriverFinding of(DriverStore store, DriverStore.Entry entry, TrustLevel level) {
    if (entry.descriptor() == null) {
      return new DriverFinding(entry, null, entry.refusal());
    }
    try {
      Verified verified = store.verify(entry, level);
      DriverCheck.checkModules(entry.descriptor());
      return new DriverFinding(entry, verified, null);
    } catch (DriverRefused e) {
      return new DriverFinding(entry, null, e.getMessage());
    }
  }

  boolean ok() {
    return refusal == null;
  }

  /** "tap 0.1.0", or the folder if that is no driver. */
  String name() {
    return entry.descriptor() == null
        ? entry.folder().toString()
        : entry.descriptor().id() + " " + entry.descriptor().version();
  }

  /** "vendor (acme)", "none" or "refused". */
  String trust() {
    if (verified == null) {
      return "refused";
    }
    return verified.level() == TrustLevel.NONE
        ? verified.level().word()
        : verified.level().word() + " (" + verified.signer() + ")";
  }

  /** "pass", "fail", or "none". */
  String certificate() {
    if (verified == null || verified.certificate().isEmpty()) {
      return "none";
    }
    return verified.certificate().get().result().passed() ? "pass" : "fail";
  }

  /** "yes" or "no". */
  String active() {
    return entry.active() ? "yes" : "no";
  }

  Map<String, Object> json() {
    Map<String, Object> out = new LinkedHashMap<>();
    DriverDescriptor d = entry.descriptor();
    out.put("id", d == null ? null : d.id());
    out.put("version", d == null ? null : d.version().toString());
    out.put("active", entry.active());
    out.put("place", entry.place().name().toLowerCase(Locale.ROOT));
    out.put("trust", verified == null ? null : verified.level().word());
    out.put("signer", verified == null ? null : verified.signer());
    out.put("certificate", verified == null ? null : certificate());
    out.put("warnings", verified == null ? List.of() : verified.warnings());
    out.put("spi", d == null ? null : d.spi().toString());
    out.put("summary", d == null ? null : d.summary());
    out.put("folder", entry.folder().toString());
    out.put("refusal", refusal);
    return out;
  }
}
