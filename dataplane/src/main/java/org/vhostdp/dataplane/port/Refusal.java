package org.vhostdp.dataplane.port;

/**
 * A request that is refused: the message is a sentence without its full stop, for the log and for
 * whoever asked.
 */
public final class Refusal extends Exception {
  private static final long serialVersionUID = 1L;

  public Refusal(String message) {
    super(message);
  }

  public Refusal(String message, Throwable cause) {
    super(message, cause);
  }
}
