package org.vhostdp.attest;

import java.util.List;
import java.util.Optional;
import java.util.SortedMap;

/**
 * A driver folder that may be loaded.
 *
 * @param level whose signature stands under it
 * @param signer the name of the key's file in the trust folder without {@code .pem}, "" at {@link
 *     TrustLevel#NONE}
 * @param keyId the signer's key, "" at {@link TrustLevel#NONE}
 * @param certificate what was read from the folder, empty if it has none
 * @param files the folder's files as they were while it was verified
 * @param warnings sentences for the operator
 */
public record Verified(
    TrustLevel level,
    String signer,
    String keyId,
    Optional<Certificate> certificate,
    SortedMap<String, String> files,
    List<String> warnings) {
  /** Copies. */
  public Verified {
    warnings = List.copyOf(warnings);
  }
}
