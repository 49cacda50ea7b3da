package org.vhostdp.linux;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.vhostdp.linux.generated.Libc;

/**
 * What hangs on an interface beside its own settings: queueing disciplines, and listeners that want
 * every frame; {@link XdpState} knows its programs. For the network namespace of the thread that
 * opened this; one thread. Source: linux/if_link.h, linux/rtnetlink.h.
 */
public final class Attachments implements AutoCloseable {
  private static final int IFLA_PROMISCUITY = 30;
  private static final int RTM_NEWQDISC = 36;
  private static final int RTM_GETQDISC = 38;

  private final NetlinkSocket socket;
  private final NetlinkReader reader = new NetlinkReader();
  private int sequence;

  /**
   * What hangs on one interface.
   *
   * @param promiscuity how many ask for every frame
   * @param disciplines kinds of its queueing disciplines: {@code noqueue}, {@code clsact}, ...
   */
  public record On(int promiscuity, List<String> disciplines) {}

  private Attachments(NetlinkSocket socket) {
    this.socket = socket;
  }

  /** Opens a socket to the kernel in the calling thread's network namespace. */
  public static Attachments open() throws LinuxException {
    return new Attachments(NetlinkSocket.open(0, false));
  }

  /**
   * What hangs on an interface now.
   *
   * @param index the interface's number, {@link Netlink.Link#index}
   * @throws LinuxException ENODEV if there is none of that number
   */
  public On on(int index) throws LinuxException {
    List<String> disciplines = new ArrayList<>();
    int[] promiscuity = new int[1];
    try (Arena arena = Arena.ofConfined()) {
      ask(
          "RTM_GETLINK",
          index,
          new NetlinkRequest(arena, Libc.RTM_GETLINK(), Libc.NLM_F_ACK()).link(index, 0, 0),
          Libc.RTM_NEWLINK(),
          message -> promiscuity[0] = number(message.linkAttributes(), IFLA_PROMISCUITY));
      ask(
          "RTM_GETQDISC",
          index,
          new NetlinkRequest(arena, RTM_GETQDISC, Libc.NLM_F_DUMP()).disciplines(),
          RTM_NEWQDISC,
          message -> {
            String kind = message.discipline(index);
            if (!kind.isEmpty()) {
              disciplines.add(kind);
            }
          });
    }
    return new On(promiscuity[0], List.copyOf(disciplines));
  }

  private static int number(MemorySegment attributes, int type) {
    MemorySegment value = NetlinkReader.attribute(attributes, type);
    return value.byteSize() < Integer.BYTES ? 0 : value.get(ValueLayout.JAVA_INT_UNALIGNED, 0);
  }

  /** Sends a request and shows the answers of one type until the last. */
  private void ask(
      String call, int index, NetlinkRequest request, int type, Consumer<NetlinkReader> each)
      throws LinuxException {
    sequence++;
    check(call, index, socket.send(request.finish(sequence)));
    while (true) {
      check(call, index, socket.receive(reader));
      while (reader.next()) {
        if (reader.sequence() != sequence) {
          continue;
        }
        if (reader.type() == Libc.NLMSG_ERROR() || reader.type() == Libc.NLMSG_DONE()) {
          check(call, index, reader.error());
          return;
        }
        if (reader.type() == type) {
          each.accept(reader);
        }
      }
    }
  }

  private static void check(String call, int index, int result) throws LinuxException {
    if (result < 0) {
      throw new LinuxException(call, "interface " + index, -result);
    }
  }

  /** Closes the socket; again does nothing. */
  @Override
  public void close() {
    socket.close();
  }
}
