package org.vhostdp.driver.loopback;

import org.vhostdp.spi.DriverException;
import org.vhostdp.spi.DriverException.Reason;
import org.vhostdp.spi.Shaping;

/**
 * Rate limits of a port on a wire. A frame above the rate stays where it is: with the host when it
 * transmits, in the queue when it arrives. The wakeups of a queue that waits for its rate are
 * always ready, because nobody but the clock ends the wait.
 */
final class WireShaping implements Shaping {
  private final LoopbackPort port;
  private final Limits transmit;
  private final Limits receive;

  WireShaping(LoopbackPort port, int queues) {
    this.port = port;
    transmit = new Limits(queues);
    receive = new Limits(queues);
  }

  Limits transmit() {
    return transmit;
  }

  Limits receive() {
    return receive;
  }

  @Override
  public boolean supports(int direction) {
    return direction == TRANSMIT || direction == RECEIVE;
  }

  @Override
  public void limit(int direction, int queue, long bitsPerSecond, long burstBytes)
      throws DriverException {
    if (!supports(direction)) {
      throw refused("the direction " + direction, TRANSMIT + " or " + RECEIVE);
    }
    if (queue < -1 || queue >= port.queuePairs()) {
      throw refused("the queue " + queue, "-1 to " + (port.queuePairs() - 1));
    }
    if (bitsPerSecond < 0 || burstBytes < 0) {
      throw refused(bitsPerSecond + " bits per second and " + burstBytes + " bytes", "0 and more");
    }
    Limits limits = direction == TRANSMIT ? transmit : receive;
    limits.set(queue, bitsPerSecond == 0 ? null : new RateLimit(bitsPerSecond, burstBytes));
  }

  private static DriverException refused(String what, String range) {
    return new DriverException(
        Reason.UNSUPPORTED, "Shaping cannot use " + what + ".", "It takes " + range + ".");
  }
}
