package org.vhostdp.linux;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import org.vhostdp.linux.generated.Libc;
import org.vhostdp.linux.generated.ifinfomsg;

/**
 * Changes of interfaces as the kernel announces them (RTMGRP_LINK), in the network namespace of the
 * thread that opened this. Non-blocking; one thread at a time.
 *
 * <p>If the kernel had to drop announcements, the monitor asks for the state of all interfaces,
 * which then arrives as events, and {@link #lost} says so: an interface that does not show up among
 * them is gone.
 */
public final class LinkMonitor implements AutoCloseable {
  private static final int RECEIVE_BUFFER = 1 << 20;

  private final NetlinkSocket socket;
  private final NetlinkReader reader = new NetlinkReader();
  private Netlink.Link link;
  private boolean deleted;
  private boolean lost;

  private LinkMonitor(NetlinkSocket socket) {
    this.socket = socket;
  }

  /** Starts to listen. */
  public static LinkMonitor open() throws LinuxException {
    NetlinkSocket socket = NetlinkSocket.open(Libc.RTMGRP_LINK(), true);
    // The kernel caps it at net.core.rmem_max; a smaller one only means asking again sooner.
    socket.set(Libc.SOL_SOCKET(), Libc.SO_RCVBUF(), RECEIVE_BUFFER);
    return new LinkMonitor(socket);
  }

  /** Its descriptor, readable when events wait; owned by this object. */
  public Fd fd() {
    return socket.fd();
  }

  /**
   * Reads one event.
   *
   * @return true: the other methods tell about it; false: none waits
   */
  public boolean next() {
    while (true) {
      while (reader.next()) {
        if (isLinkEvent()) {
          link = reader.link();
          deleted = reader.type() == Libc.RTM_DELLINK();
          return true;
        }
      }
      int result = socket.receive(reader);
      if (result == -Errno.ENOBUFS || result == -Errno.EMSGSIZE) {
        lost = true;
        askForAll();
      } else if (result < 0) {
        return false;
      }
    }
  }

  private boolean isLinkEvent() {
    int type = reader.type();
    MemorySegment header = reader.linkHeader();
    // A bridge announces changes of its ports, and ports that leave, under its own family.
    return (type == Libc.RTM_NEWLINK() || type == Libc.RTM_DELLINK())
        && header.byteSize() > 0
        && ifinfomsg.ifi_family(header) == Libc.AF_UNSPEC();
  }

  private void askForAll() {
    try (Arena arena = Arena.ofConfined()) {
      NetlinkRequest request =
          new NetlinkRequest(arena, Libc.RTM_GETLINK(), Libc.NLM_F_DUMP()).link(0, 0, 0);
      // EBUSY: an earlier answer is still under way, and serves as well.
      socket.send(request.finish(0));
    }
  }

  /** Whether announcements were lost since this was last asked; see the class. */
  public boolean lost() {
    boolean answer = lost;
    lost = false;
    return answer;
  }

  /** The interface's number. */
  public int index() {
    return link.index();
  }

  /** The interface's name. */
  public String name() {
    return link.name();
  }

  /** IFF_UP: switched on. */
  public boolean up() {
    return link.up();
  }

  /** IFF_RUNNING: on and able to carry frames. */
  public boolean running() {
    return link.running();
  }

  /** True if the interface is gone from this namespace. */
  public boolean deleted() {
    return deleted;
  }

  /** The interface's MTU in bytes. */
  public int mtu() {
    return link.mtu();
  }

  /** Closes the socket; again does nothing. */
  @Override
  public void close() {
    socket.close();
  }
}
