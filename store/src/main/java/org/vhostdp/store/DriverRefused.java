package org.vhostdp.store;

/** A driver that is not loaded: a sentence that names it, what it needs, and what to do. */
public final class DriverRefused extends Exception {
  private static final long serialVersionUID = 1L;

  public DriverRefused(String message) {
    super(message);
  }

  public DriverRefused(String message, Throwable cause) {
    super(message, cause);
  }
}
