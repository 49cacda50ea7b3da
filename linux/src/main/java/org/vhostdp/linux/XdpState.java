package org.vhostdp.linux;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import org.vhostdp.linux.generated.Libc;
import org.vhostdp.linux.generated.ifinfomsg;

/**
 * The XDP program that an interface has, as rtnetlink(7) tells (IFLA_XDP of linux/if_link.h). No
 * privilege is needed.
 *
 * @param mode {@link #NONE}, {@link #NATIVE}, {@link #SKB}, {@link #HARDWARE}, {@link #SEVERAL}
 * @param program the program's id, 0 for none; of several, the native one's
 */
public record XdpState(int mode, int program) {
  public static final int NONE = 0;
  public static final int NATIVE = 1;
  public static final int SKB = 2;
  public static final int HARDWARE = 3;

  /** Programs in more than one of these modes. */
  public static final int SEVERAL = 4;

  private static final int IFLA_XDP = 43;
  private static final int IFLA_XDP_ATTACHED = 2;
  private static final int IFLA_XDP_PROG_ID = 4;
  private static final int IFLA_XDP_DRV_PROG_ID = 5;

  /**
   * Asks for an interface of the calling thread's network namespace.
   *
   * @param ifindex the interface's number
   * @throws LinuxException ENODEV if there is none
   */
  public static XdpState of(int ifindex) throws LinuxException {
    String object = "interface " + ifindex;
    try (NetlinkSocket socket = NetlinkSocket.open(0, false);
        Arena arena = Arena.ofConfined()) {
      NetlinkRequest request = new NetlinkRequest(arena, Libc.RTM_GETLINK(), 0).link(ifindex, 0, 0);
      check(object, socket.send(request.finish(1)));
      NetlinkReader reader = new NetlinkReader();
      while (true) {
        check(object, socket.receive(reader));
        while (reader.next()) {
          if (reader.type() == Libc.NLMSG_ERROR()) {
            check(object, reader.error());
          } else if (reader.type() == Libc.RTM_NEWLINK() && reader.linkHeader().byteSize() > 0) {
            return of(reader.linkHeader());
          }
        }
      }
    }
  }

  private static XdpState of(MemorySegment link) {
    MemorySegment all = link.asSlice(NetlinkReader.align(ifinfomsg.sizeof()));
    MemorySegment xdp = NetlinkReader.attribute(all, IFLA_XDP);
    MemorySegment attached = NetlinkReader.attribute(xdp, IFLA_XDP_ATTACHED);
    int mode = attached.byteSize() == 0 ? NONE : attached.get(ValueLayout.JAVA_BYTE, 0);
    int which = mode == SEVERAL ? IFLA_XDP_DRV_PROG_ID : IFLA_XDP_PROG_ID;
    MemorySegment id = NetlinkReader.attribute(xdp, which);
    return new XdpState(
        mode, id.byteSize() < Integer.BYTES ? 0 : id.get(ValueLayout.JAVA_INT_UNALIGNED, 0));
  }

  private static void check(String object, int result) throws LinuxException {
    if (result < 0) {
      throw new LinuxException("RTM_GETLINK", object, -result);
    }
  }
}
