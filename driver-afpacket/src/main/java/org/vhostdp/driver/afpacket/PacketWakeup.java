package org.vhostdp.driver.afpacket;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.function.BooleanSupplier;
import org.vhostdp.driver.afpacket.generated.Packet;
import org.vhostdp.linux.Epoll;
import org.vhostdp.linux.LinuxException;
import org.vhostdp.spi.Wakeup;

/**
 * An epoll instance that watches a socket from {@link #arm} to the next burst call, and nothing
 * otherwise: while somebody polls, the kernel wakes nobody for each frame.
 *
 * <p>The socket itself would not do. It is readable as long as its last frame is lent, although
 * there is nothing new; and when the interface goes down it reports an error, after which the host
 * would not watch it any more. Through epoll, edge triggered, lent frames do not count and an error
 * is a wakeup like any other.
 *
 * <p>The queue's IO thread arms; {@link #watch} belongs to the control thread while none runs.
 */
final class PacketWakeup implements Wakeup, AutoCloseable {
  /** EPOLL_CTL_ADD and EPOLL_CTL_DEL of sys/epoll.h. */
  private static final int ADD = 1;

  private static final int DEL = 2;

  /** Bytes of struct epoll_event, wherever it is packed or not. */
  private static final long EVENT = 16;

  private final Arena arena = Arena.ofAuto();
  private final MemorySegment state = PacketCalls.state(arena);
  private final MemorySegment event = arena.allocate(EVENT, Long.BYTES);
  private final MemorySegment error = arena.allocate(ValueLayout.JAVA_INT);
  private final MemorySegment size = arena.allocate(ValueLayout.JAVA_INT);
  private final Epoll epoll;
  private final BooleanSupplier work;
  private final boolean writable;
  private int socket = -1;
  private int watched = -1;

  /**
   * @param work whether there is work now, for a socket to become readable; null to wait until a
   *     socket is writable, which it says by itself
   */
  PacketWakeup(BooleanSupplier work) throws LinuxException {
    this.work = work;
    writable = work == null;
    int events = writable ? WRITABLE : READABLE;
    epoll = Epoll.create(1);
    event.set(ValueLayout.JAVA_INT, 0, events | Epoll.EDGE);
  }

  /** Which socket is to be watched from the next arming on; -1 for none. */
  void watch(int fd) {
    socket = fd;
  }

  /** Nothing is watched: what was is about to be closed. */
  void forget() {
    disarm();
    socket = -1;
  }

  /** A burst call begins. */
  void disarm() {
    if (watched >= 0) {
      // Before the frames are looked at: whoever arms again looks again.
      PacketCalls.watch(epoll.fd().raw(), DEL, watched, event.address());
      watched = -1;
    }
  }

  @Override
  public int fd() {
    return epoll.fd().raw();
  }

  @Override
  public boolean arm() {
    if (socket < 0) {
      return false;
    }
    if (watched != socket) {
      disarm();
      if (!PacketCalls.watch(epoll.fd().raw(), ADD, socket, event.address())) {
        return true;
      }
      watched = socket;
    }
    if (!writable && work.getAsBoolean()) {
      return true;
    }
    // What made the socket ready up to here is taken back, then looked at: frames that are lent, an
    // error, or work. What comes later makes it ready again.
    int ready = epoll.await(0) > 0 ? epoll.events(0) : 0;
    if ((ready & Epoll.ERR) != 0) {
      PacketCalls.get(state, socket, Packet.SOL_SOCKET(), Packet.SO_ERROR(), error, size);
    }
    return writable ? (ready & WRITABLE) != 0 : work.getAsBoolean();
  }

  @Override
  public void close() {
    epoll.close();
  }
}
