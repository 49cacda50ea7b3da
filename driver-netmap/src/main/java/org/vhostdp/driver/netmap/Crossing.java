package org.vhostdp.driver.netmap;

import org.vhostdp.spi.DriverException;
import org.vhostdp.spi.DriverException.Reason;

/**
 * Moves what one queue receives to where another sends, where both are of ports in one memory
 * region: the two slots exchange their buffers, and no byte of a frame is read or written. Both
 * queues belong to it meanwhile: nothing of them may be lent. One thread.
 */
final class Crossing {
  private final NetmapRx from;
  private final NetmapTx to;

  private Crossing(NetmapRx from, NetmapTx to) {
    this.from = from;
    this.to = to;
  }

  /**
   * From a port's queue to another's; both are configured.
   *
   * @throws DriverException if they are not of one memory region, or of different headers
   */
  static Crossing of(NetmapPort from, int fromQueue, NetmapPort to, int toQueue)
      throws DriverException {
    if (from.memory() != to.memory() || from.header() != to.header()) {
      throw new DriverException(
          Reason.UNSUPPORTED,
          "The ports "
              + from
              + " and "
              + to
              + " do not share a memory region, or differ in their headers.",
          "Take two interfaces, or two pipes of one port.");
    }
    return new Crossing((NetmapRx) from.rx(fromQueue), (NetmapTx) to.tx(toQueue));
  }

  /**
   * Moves what has arrived, as far as there is room where it goes.
   *
   * @param max slots at most
   * @return slots moved
   */
  int move(int max) {
    int most = Math.min(max, to.free());
    int moved = 0;
    int slots = from.next();
    while (slots > 0 && moved + slots <= most) {
      for (int i = 0; i < slots; i++) {
        to.exchange(from);
      }
      moved += slots;
      slots = from.nextHere();
    }
    if (moved > 0) {
      to.send(moved);
    }
    return moved;
  }
}
