package org.vhostdp.dataplane.memory;

/** A memory table that cannot be used; the message is a sentence without its full stop. */
public final class MemoryRefused extends Exception {
  private static final long serialVersionUID = 1L;

  public MemoryRefused(String message) {
    super(message);
  }
}
