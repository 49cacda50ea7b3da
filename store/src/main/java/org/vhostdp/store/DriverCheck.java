package org.vhostdp.store;

import java.lang.module.ModuleFinder;
import java.nio.file.Path;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import org.vhostdp.attest.Certificate;
import org.vhostdp.attest.Refused;
import org.vhostdp.attest.TrustLevel;
import org.vhostdp.attest.Verification;
import org.vhostdp.attest.Verified;
import org.vhostdp.spi.SpiVersion;

/** All that must be right before a class of a driver is loaded. Any thread. */
public final class DriverCheck {
  private final TrustPolicy policy;

  public DriverCheck(TrustPolicy policy) {
    this.policy = policy;
  }

  /**
   * Checks a driver's folder: SPI, files, certificate, shared libraries.
   *
   * @param installed whether the folder lies in an {@linkplain InstalledDrivers installed store},
   *     which knows the files it had
   * @param minimum least level of trust; null for the policy's
   * @return who vouches for it
   * @throws DriverRefused naming the driver, what is wrong, and what to do
   */
  public Verified check(DriverDescriptor d, boolean installed, TrustLevel minimum)
      throws DriverRefused {
    if (!d.spi().contains(SpiVersion.CURRENT)) {
      throw new DriverRefused(
          "The driver %s %s was built for SPI %s; this is SPI %s. Install a version of it for this SPI."
              .formatted(d.id(), d.version(), d.spi(), SpiVersion.CURRENT));
    }
    Verified verified = verified(d, installed, minimum == null ? policy.minimum() : minimum);
    if (installed) {
      InstalledDrivers.checkFiles(d, verified.files());
    }
    NativeLibraries.check(d);
    return verified;
  }

  /** A folder that nobody vouches for, and of which nothing is known, need not be read. */
  private Verified verified(DriverDescriptor d, boolean installed, TrustLevel required)
      throws DriverRefused {
    if (!installed && required == TrustLevel.NONE && !Certificate.isIn(d.folder())) {
      return new Verified(
          TrustLevel.NONE, "", "", Optional.empty(), Collections.emptySortedMap(), List.of());
    }
    try {
      return Verification.check(
          d.folder(), d.id(), d.version().toString(), policy.trust(), required);
    } catch (Refused e) {
      throw new DriverRefused(e.getMessage(), e);
    }
  }

  /**
   * Checks the modules in a driver's jars, without loading a class.
   *
   * @throws DriverRefused if they bundle what is the host's, or lack the driver's own module
   */
  public static void checkModules(DriverDescriptor d) throws DriverRefused {
    ModuleCheck.check(d, ModuleFinder.of(d.jars().toArray(Path[]::new)));
  }
}
