package org.vhostdp.attest;

/**
 * Something that is not accepted: a file that is malformed, a folder that is not what was tested.
 * The message is one or more sentences for people: what, where, and what to do.
 */
public final class Refused extends Exception {
  private static final long serialVersionUID = 1L;

  /** A refusal with its sentences. */
  public Refused(String message) {
    super(message);
  }

  /** A refusal with its sentences and what led to it. */
  public Refused(String message, Throwable cause) {
    super(message, cause);
  }
}
