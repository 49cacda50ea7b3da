package org.vhostdp.driver.netmap;

import org.vhostdp.driver.netmap.generated.Netmap;
import org.vhostdp.netdevice.Outgoing;
import org.vhostdp.netdevice.VnetHeader;

/**
 * What follows from a port's rings and buffers, constant while it is open.
 *
 * @param header bytes before each frame
 * @param bufferBytes of one buffer
 * @param txLent frames of a transmit queue at once
 * @param rxLent frames of a receive queue at once
 * @param segments entries of one frame
 */
record Geometry(int header, int bufferBytes, int txLent, int rxLent, int segments) {
  private static final int ETHERNET = 18;
  private static final int MOST_LENT = 4095;

  /**
   * @param slots of a ring
   * @param extra spare buffers of a queue
   */
  static Geometry of(PortName port, boolean vnet, int bufferBytes, int slots, int extra) {
    boolean pieces = !port.onInterface();
    return new Geometry(
        vnet ? VnetHeader.SIZE : 0,
        bufferBytes,
        Math.min(slots - 1, MOST_LENT),
        Math.min(slots - 1 + extra, MOST_LENT),
        pieces ? Netmap.NETMAP_MAX_FRAGS() : 1);
  }

  /** Bytes of one claimed frame. */
  int room() {
    return bufferBytes - header;
  }

  /** Bytes of the longest frame that can be sent. */
  int longest() {
    return (int) Math.min(Outgoing.LONGEST, (long) room() * segments);
  }

  /** Greatest MTU, bytes of layer 3. */
  int mostMtu() {
    return Math.min(65521, longest() - ETHERNET);
  }
}
