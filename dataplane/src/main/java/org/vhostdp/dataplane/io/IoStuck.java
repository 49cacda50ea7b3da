package org.vhostdp.dataplane.io;

/** A command that an IO thread could not carry out. */
public final class IoStuck extends Exception {
  private static final long serialVersionUID = 1L;

  public IoStuck(String message, Throwable cause) {
    super(message, cause);
  }
}
