package org.vhostdp.store;

import java.nio.file.Path;
import org.vhostdp.attest.Refused;
import org.vhostdp.attest.Trust;
import org.vhostdp.attest.TrustLevel;

/**
 * What the operator asks of drivers.
 *
 * @param minimum the least level of trust
 * @param folder the trust folder; null trusts nobody
 */
public record TrustPolicy(TrustLevel minimum, Path folder) {
  /** Every driver will do, and nobody's key is known. */
  public static final TrustPolicy NONE = new TrustPolicy(TrustLevel.NONE, null);

  /**
   * Whose signatures count, read anew: keys may be revoked at any time.
   *
   * @throws DriverRefused if the trust folder is malformed; then no driver may be loaded by it
   */
  public Trust trust() throws DriverRefused {
    if (folder == null) {
      return Trust.NOBODY;
    }
    try {
      return Trust.read(folder);
    } catch (Refused e) {
      throw new DriverRefused(e.getMessage(), e);
    }
  }
}
