package org.vhostdp.store;

import org.vhostdp.attest.TrustLevel;
import org.vhostdp.spi.VersionRange;

/**
 * The driver that a configuration asks for.
 *
 * @param id its id
 * @param versions versions that will do; null for the one that is active
 * @param trust least level of trust, over the policy's; null for the policy's
 */
public record DriverRequest(String id, VersionRange versions, TrustLevel trust) {
  /** The active driver of an id, under the policy's level of trust. */
  public static DriverRequest of(String id) {
    return new DriverRequest(id, null, null);
  }
}
