package org.vhostdp.tck.run;

/** A run that cannot begin or go on: a sentence that says why, and what to do. */
public final class KitRefused extends Exception {
  private static final long serialVersionUID = 1L;

  public KitRefused(String sentence) {
    super(sentence);
  }

  public KitRefused(String sentence, Throwable cause) {
    super(sentence, cause);
  }
}
