package org.vhostdp.tck.reference;

/** Where transmitted frames go and received frames come from. */
enum Mode {
  /** To the same port. */
  LOOPBACK,
  /** To the other port of the wire. */
  PAIR,
  /** Nowhere; nothing is received. */
  SINK,
  /** Nowhere; frames are received without end. */
  SOURCE;

  /** Whether frames are carried from a transmit queue to a receive queue. */
  boolean carries() {
    return this == LOOPBACK || this == PAIR;
  }
}
