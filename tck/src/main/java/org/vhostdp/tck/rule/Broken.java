package org.vhostdp.tck.rule;

/** A broken rule: the sentence that the report shows. */
public final class Broken extends RuntimeException {
  private static final long serialVersionUID = 1L;

  public Broken(String sentence) {
    super(sentence);
  }
}
