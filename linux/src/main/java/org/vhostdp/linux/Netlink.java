package org.vhostdp.linux;

import java.lang.foreign.Arena;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import org.vhostdp.linux.generated.Libc;

/**
 * Interfaces of the network namespace of the thread that opened this, through rtnetlink(7). One
 * request at a time: calls from several threads wait for each other. Changes need CAP_NET_ADMIN.
 */
public final class Netlink implements AutoCloseable {
  private static final int CREATE = Libc.NLM_F_CREATE() | Libc.NLM_F_EXCL();
  private static final int MAX_NAME = Libc.IFNAMSIZ() - 1;

  /**
   * A network interface as rtnetlink describes it.
   *
   * @param index its number in its network namespace
   * @param name its name
   * @param up IFF_UP: switched on
   * @param running IFF_RUNNING: on and able to carry frames
   * @param mtu largest payload of a frame, bytes
   * @param mac hardware address, 6 bytes for Ethernet; empty if there is none; not copied, not to
   *     be changed
   * @param kind what made it: {@code veth}, {@code tun}, {@code bridge}, {@code macvtap}, ...;
   *     empty for hardware and loopback
   */
  public record Link(
      int index, String name, boolean up, boolean running, int mtu, byte[] mac, String kind) {

    @Override
    public boolean equals(Object other) {
      return other instanceof Link link
          && index == link.index
          && name.equals(link.name)
          && up == link.up
          && running == link.running
          && mtu == link.mtu
          && Arrays.equals(mac, link.mac)
          && kind.equals(link.kind);
    }

    @Override
    public int hashCode() {
      return Objects.hash(index, name, up, running, mtu, Arrays.hashCode(mac), kind);
    }
  }

  private final NetlinkSocket socket;
  private final NetlinkReader reader = new NetlinkReader();
  private int sequence;

  private Netlink(NetlinkSocket socket) {
    this.socket = socket;
  }

  /** Opens a socket to the kernel in the calling thread's network namespace. */
  public static Netlink open() throws LinuxException {
    NetlinkSocket socket = NetlinkSocket.open(0, false);
    // Better explanations where the kernel has them; without these options all else still works.
    socket.set(Libc.SOL_NETLINK(), Libc.NETLINK_EXT_ACK(), 1);
    socket.set(Libc.SOL_NETLINK(), Libc.NETLINK_CAP_ACK(), 1);
    return new Netlink(socket);
  }

  /**
   * One interface.
   *
   * @throws LinuxException ENODEV if there is none of that name
   */
  public Link link(String name) throws LinuxException {
    try (Arena arena = Arena.ofConfined()) {
      NetlinkRequest request =
          new NetlinkRequest(arena, Libc.RTM_GETLINK(), 0)
              .link(0, 0, 0)
              .put(Libc.IFLA_IFNAME(), checked(name));
      return exchange("RTM_GETLINK", name, request, false).getFirst();
    }
  }

  /** All interfaces. */
  public List<Link> links() throws LinuxException {
    try (Arena arena = Arena.ofConfined()) {
      NetlinkRequest request =
          new NetlinkRequest(arena, Libc.RTM_GETLINK(), Libc.NLM_F_DUMP()).link(0, 0, 0);
      return exchange("RTM_GETLINK", "", request, false);
    }
  }

  /** Switches an interface on or off. */
  public void up(String name, boolean up) throws LinuxException {
    int index = link(name).index();
    try (Arena arena = Arena.ofConfined()) {
      NetlinkRequest request =
          new NetlinkRequest(arena, Libc.RTM_SETLINK(), Libc.NLM_F_ACK())
              .link(index, up ? Libc.IFF_UP() : 0, Libc.IFF_UP());
      exchange("RTM_SETLINK up", name, request, true);
    }
  }

  /** Sets the MTU in bytes. */
  public void mtu(String name, int mtu) throws LinuxException {
    int index = link(name).index();
    try (Arena arena = Arena.ofConfined()) {
      NetlinkRequest request = set(arena, index).put(Libc.IFLA_MTU(), mtu);
      exchange("RTM_SETLINK mtu " + mtu, name, request, true);
    }
  }

  /** Sets the hardware address, 6 bytes for Ethernet. */
  public void mac(String name, byte[] mac) throws LinuxException {
    int index = link(name).index();
    try (Arena arena = Arena.ofConfined()) {
      NetlinkRequest request = set(arena, index).put(Libc.IFLA_ADDRESS(), mac);
      exchange("RTM_SETLINK address", name, request, true);
    }
  }

  /**
   * Gives an interface an IPv4 or IPv6 address; having it already is no error.
   *
   * @param prefix length of the network part in bits
   */
  public void addAddress(String name, InetAddress address, int prefix) throws LinuxException {
    int index = link(name).index();
    int family = address instanceof Inet4Address ? Libc.AF_INET() : Libc.AF_INET6();
    byte[] bytes = address.getAddress();
    try (Arena arena = Arena.ofConfined()) {
      int flags = Libc.NLM_F_ACK() | Libc.NLM_F_CREATE() | Libc.NLM_F_REPLACE();
      NetlinkRequest request =
          new NetlinkRequest(arena, Libc.RTM_NEWADDR(), flags)
              .address(family, prefix, index)
              .put(Libc.IFA_LOCAL(), bytes)
              .put(Libc.IFA_ADDRESS(), bytes);
      String what = address.getHostAddress() + "/" + prefix + " on " + name;
      exchange("RTM_NEWADDR", what, request, true);
    }
  }

  /** Deletes an interface; the other end of a veth pair goes with it. */
  public void delete(String name) throws LinuxException {
    int index = link(name).index();
    try (Arena arena = Arena.ofConfined()) {
      NetlinkRequest request =
          new NetlinkRequest(arena, Libc.RTM_DELLINK(), Libc.NLM_F_ACK()).link(index, 0, 0);
      exchange("RTM_DELLINK", name, request, true);
    }
  }

  /** Creates two interfaces joined back to back, both switched off, each with one queue. */
  public void createVeth(String a, String b) throws LinuxException {
    createVeth(a, b, 1);
  }

  /**
   * The same with more queues.
   *
   * @param queues receive and transmit queues of each of the two
   */
  public void createVeth(String a, String b, int queues) throws LinuxException {
    createVeth(a, queues, b, queues);
  }

  /** The same with as many receive and transmit queues of each as the number after its name. */
  public void createVeth(String a, int queuesOfA, String b, int queuesOfB) throws LinuxException {
    try (Arena arena = Arena.ofConfined()) {
      NetlinkRequest request = queues(create(arena, a), queuesOfA);
      long info = request.begin(Libc.IFLA_LINKINFO());
      request.put(Libc.IFLA_INFO_KIND(), "veth");
      long data = request.begin(Libc.IFLA_INFO_DATA());
      long peer = request.begin(Libc.VETH_INFO_PEER());
      queues(request.link(0, 0, 0).put(Libc.IFLA_IFNAME(), checked(b)), queuesOfB);
      request.end(peer).end(data).end(info);
      exchange("RTM_NEWLINK veth", a + " and " + b, request, true);
    }
  }

  private static NetlinkRequest queues(NetlinkRequest request, int queues) {
    return request.put(Libc.IFLA_NUM_TX_QUEUES(), queues).put(Libc.IFLA_NUM_RX_QUEUES(), queues);
  }

  /**
   * Moves an interface to another network namespace, where it arrives switched off.
   *
   * @param namespaceFd a descriptor of that namespace
   */
  public void moveTo(String name, int namespaceFd) throws LinuxException {
    int index = link(name).index();
    try (Arena arena = Arena.ofConfined()) {
      NetlinkRequest request = set(arena, index).put(Libc.IFLA_NET_NS_FD(), namespaceFd);
      exchange("RTM_SETLINK netns", name, request, true);
    }
  }

  /** Creates a bridge, switched off. */
  public void createBridge(String name) throws LinuxException {
    try (Arena arena = Arena.ofConfined()) {
      NetlinkRequest request = create(arena, name);
      long info = request.begin(Libc.IFLA_LINKINFO());
      request.put(Libc.IFLA_INFO_KIND(), "bridge").end(info);
      exchange("RTM_NEWLINK bridge", name, request, true);
    }
  }

  /** Makes an interface a port of a bridge. */
  public void enslave(String name, String bridge) throws LinuxException {
    int index = link(name).index();
    int master = link(bridge).index();
    try (Arena arena = Arena.ofConfined()) {
      NetlinkRequest request = set(arena, index).put(Libc.IFLA_MASTER(), master);
      exchange("RTM_SETLINK master " + bridge, name, request, true);
    }
  }

  /** Creates a macvtap device in bridge mode on top of {@code lower}, switched off. */
  public void createMacvtap(String name, String lower) throws LinuxException {
    int below = link(lower).index();
    try (Arena arena = Arena.ofConfined()) {
      NetlinkRequest request = create(arena, name).put(Libc.IFLA_LINK(), below);
      long info = request.begin(Libc.IFLA_LINKINFO());
      request.put(Libc.IFLA_INFO_KIND(), "macvtap");
      long data = request.begin(Libc.IFLA_INFO_DATA());
      request.put(Libc.IFLA_MACVLAN_MODE(), Libc.MACVLAN_MODE_BRIDGE()).end(data).end(info);
      exchange("RTM_NEWLINK macvtap on " + lower, name, request, true);
    }
  }

  private static NetlinkRequest create(Arena arena, String name) throws LinuxException {
    return new NetlinkRequest(arena, Libc.RTM_NEWLINK(), Libc.NLM_F_ACK() | CREATE)
        .link(0, 0, 0)
        .put(Libc.IFLA_IFNAME(), checked(name));
  }

  private static NetlinkRequest set(Arena arena, int index) {
    return new NetlinkRequest(arena, Libc.RTM_SETLINK(), Libc.NLM_F_ACK()).link(index, 0, 0);
  }

  private static String checked(String name) throws LinuxException {
    int bytes = name.getBytes(StandardCharsets.UTF_8).length;
    if (bytes == 0 || bytes > MAX_NAME) {
      throw new LinuxException(
          "rtnetlink",
          name,
          Errno.EINVAL,
          "An interface's name has 1 to " + MAX_NAME + " bytes, this one has " + bytes + ".");
    }
    return name;
  }

  /** Sends a request and reads until its answer is complete. */
  private synchronized List<Link> exchange(
      String call, String object, NetlinkRequest request, boolean acknowledged)
      throws LinuxException {
    sequence++;
    check(call, object, socket.send(request.finish(sequence)));
    List<Link> links = new ArrayList<>();
    while (true) {
      check(call, object, socket.receive(reader));
      while (reader.next()) {
        if (reader.sequence() != sequence) {
          continue;
        }
        int type = reader.type();
        if (type == Libc.NLMSG_ERROR() || type == Libc.NLMSG_DONE()) {
          reader.checkAnswer(call, object);
          return links;
        }
        if (type == Libc.RTM_NEWLINK() && reader.linkHeader().byteSize() > 0) {
          links.add(reader.link());
          // One link asked for by name comes without an end mark.
          if (!acknowledged && (reader.flags() & Libc.NLM_F_MULTI()) == 0) {
            return links;
          }
        }
      }
    }
  }

  private static void check(String call, String object, int result) throws LinuxException {
    if (result < 0) {
      throw new LinuxException(call, object, -result);
    }
  }

  /** Closes the socket; again does nothing. */
  @Override
  public void close() {
    socket.close();
  }
}
