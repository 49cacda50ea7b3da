package org.vhostdp.cli.catalogue;

/** What is known about a driver's conformance, in a word. */
enum Standing {
  /** It passed, and a key that the publisher trusts says so. */
  CERTIFIED("\u2713 certified", "pass"),
  /** A stranger says that it passed. */
  UNTRUSTED("\u2013 unknown signer", "skip"),
  /** It has no certificate. */
  NONE("\u2013 no certificate", "skip"),
  /** Its certificate says that it failed. */
  FAILED("\u2717 failed", "fail"),
  /** The host would not load it. */
  REFUSED("\u2717 refused", "fail");

  private final String words;
  private final String style;

  Standing(String words, String style) {
    this.words = words;
    this.style = style;
  }

  /** As it is shown. */
  String words() {
    return words;
  }

  /** The class of its mark in the pages' style. */
  String style() {
    return style;
  }
}
