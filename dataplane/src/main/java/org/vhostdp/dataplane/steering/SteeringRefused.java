package org.vhostdp.dataplane.steering;

/**
 * A wish about steering that makes no sense; the message says which and what would, in a sentence.
 */
public final class SteeringRefused extends Exception {
  private static final long serialVersionUID = 1L;

  SteeringRefused(String message) {
    super(message);
  }
}
