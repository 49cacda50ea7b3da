package org.vhostdp.attest.json;

/** A text that is not JSON: what is wrong, and at which character. */
public final class JsonRefused extends Exception {
  private static final long serialVersionUID = 1L;

  JsonRefused(String message, int at) {
    super(message + " at character " + at);
  }
}
