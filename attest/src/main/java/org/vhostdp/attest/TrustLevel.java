package org.vhostdp.attest;

import java.util.Locale;

/** Whose signature stands under a driver, from nobody's to the project's own. */
public enum TrustLevel {
  /** Nobody that the operator trusts; the certificate may be missing. */
  NONE,
  /** The operator's own key. */
  SELF,
  /** A vendor's key. */
  VENDOR,
  /** A key of the vhost-dp project. */
  PROJECT;

  /** As configurations and the trust folder write it: "vendor". */
  public String word() {
    return name().toLowerCase(Locale.ROOT);
  }

  /** Whether this is as good as what is required, or better. */
  public boolean suffices(TrustLevel required) {
    return compareTo(required) >= 0;
  }

  /**
   * The level that a word names.
   *
   * @throws Refused naming the words there are
   */
  public static TrustLevel parse(String word) throws Refused {
    for (TrustLevel level : values()) {
      if (level.word().equals(word)) {
        return level;
      }
    }
    throw new Refused(
        "\"%s\" is no trust level; there are none, self, vendor and project."
            .formatted(Printable.of(word)));
  }
}
