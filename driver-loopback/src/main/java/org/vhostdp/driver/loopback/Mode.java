package org.vhostdp.driver.loopback;

/** Where transmitted frames go and received frames come from. */
enum Mode {
  /** To the same port. */
  LOOPBACK,
  /** To the other port of the wire. */
  PAIR,
  /** Nowhere; nothing is received. */
  SINK,
  /** Nowhere; frames are received without end. */
  SOURCE,
  /** To the receive queue of the same number, in place. */
  REFLECT;

  /** Whether frames are copied from transmit queues to receive queues. */
  boolean carries() {
    return this == LOOPBACK || this == PAIR;
  }
}
