package org.vhostdp.driver.afxdp;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import org.vhostdp.driver.afxdp.generated.IfXdp;
import org.vhostdp.linux.Fd;
import org.vhostdp.linux.LinuxException;
import org.vhostdp.linux.Sockets;
import org.vhostdp.spi.DriverException;

/**
 * Lets an interface receive frames of any address while a descriptor is open: the station behind a
 * port has an address of its own. The kernel counts who asked, and ends it with the process.
 */
final class Promiscuity {
  /** AF_PACKET, SOL_PACKET, PACKET_ADD_MEMBERSHIP, PACKET_MR_PROMISC of linux/if_packet.h. */
  private static final int AF_PACKET = 17;

  private static final int SOL_PACKET = 263;
  private static final int ADD_MEMBERSHIP = 1;
  private static final short PROMISCUOUS = 1;

  /** struct packet_mreq: index s32, type u16, length of the address u16, address. */
  private static final long REQUEST = 16;

  private Promiscuity() {}

  /**
   * Asks for it.
   *
   * @return closing it ends the request
   */
  static Fd of(AfxdpInterface device) throws DriverException {
    return device.namespace().in(() -> request(device));
  }

  private static Fd request(AfxdpInterface device) throws LinuxException {
    // Protocol 0: the socket itself receives nothing.
    String what = "AF_PACKET (promiscuous " + device.name() + ")";
    Fd fd = Sockets.open(what, AF_PACKET, IfXdp.SOCK_RAW(), 0);
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment request = arena.allocate(REQUEST, Integer.BYTES);
      request.set(ValueLayout.JAVA_INT, 0, device.index());
      request.set(ValueLayout.JAVA_SHORT, Integer.BYTES, PROMISCUOUS);
      int result = Sockets.set(fd.raw(), SOL_PACKET, ADD_MEMBERSHIP, request);
      if (result < 0) {
        fd.close();
        throw new LinuxException("setsockopt PACKET_ADD_MEMBERSHIP", device.name(), -result);
      }
      return fd;
    }
  }
}
