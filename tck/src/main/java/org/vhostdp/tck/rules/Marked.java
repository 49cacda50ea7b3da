package org.vhostdp.tck.rules;

import static org.vhostdp.tck.rule.Trial.require;

import org.vhostdp.tck.rule.Frames;
import org.vhostdp.tck.rule.OpenPort;
import org.vhostdp.tck.rule.Trial;

/** A frame of a length that no other test sends, at which a broken driver shows itself. */
final class Marked {
  private Marked() {}

  static void pass(Trial trial, OpenPort port, int number, int length) throws Exception {
    require(
        port.transmit(0, Frames.numbered(number, length)),
        "a frame of %d bytes could not be transmitted",
        length);
    require(
        !Traffic.seen(trial, port, 1).isEmpty(),
        "a frame of %d bytes did not reach the wire",
        length);
  }
}
