package org.vhostdp.driver.tap;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import org.vhostdp.driver.tap.generated.Tun;
import org.vhostdp.linux.Errno;
import org.vhostdp.linux.Fd;
import org.vhostdp.linux.LinkMonitor;
import org.vhostdp.linux.LinuxException;
import org.vhostdp.linux.Netlink;
import org.vhostdp.netdevice.NetNamespace;
import org.vhostdp.spi.DriverException;
import org.vhostdp.spi.DriverException.Reason;

/**
 * The kernel's device: its queues, each a descriptor, and its settings. Control threads only.
 *
 * <p>Source: linux/if_tun.h; drivers/net/tun.c and drivers/net/tap.c of the kernel.
 */
final class TapDevice implements AutoCloseable {
  private final TapOptions options;
  private final NetNamespace namespace;
  private final Netlink netlink;
  private final LinkMonitor monitor;
  private final List<Fd> queues = new ArrayList<>();
  private final BitSet attached = new BitSet();
  private String name;
  private boolean multiQueue = true;
  private boolean uso;
  private int index;

  private TapDevice(
      TapOptions options, NetNamespace namespace, Netlink netlink, LinkMonitor monitor) {
    this.options = options;
    this.namespace = namespace;
    this.netlink = netlink;
    this.monitor = monitor;
  }

  /** Opens the device with one queue, silent until {@link #attach}. */
  static TapDevice open(TapOptions options) throws DriverException {
    NetNamespace namespace = new NetNamespace(options.netns(), TapErrors.FAILURES);
    namespace.id();
    // The monitor before anything changes: no event between it and the first look is lost.
    LinkMonitor monitor = namespace.in(LinkMonitor::open);
    Netlink netlink = null;
    try {
      netlink = namespace.in(Netlink::open);
    } finally {
      if (netlink == null) {
        monitor.close();
      }
    }
    TapDevice device = new TapDevice(options, namespace, netlink, monitor);
    try {
      device.prepare();
      return device;
    } catch (DriverException | RuntimeException e) {
      device.close();
      throw e;
    }
  }

  private void prepare() throws DriverException {
    queues.add(namespace.in(this::openFirst));
    attached.set(0);
    setUp(queues.getFirst());
    uso = tryOffload(TunOffload.PROBE_USO);
    offload(0);
    Netlink.Link link = link();
    index = link.index();
    settle(link);
    if (options.persist()) {
      // Last: whatever failed before leaves no interface behind.
      check("ioctl TUNSETPERSIST", TunCalls.ioctl(queues.getFirst(), Tun.TUNSETPERSIST(), 1));
    }
    detach(0);
  }

  private Fd openFirst() throws DriverException, LinuxException {
    return options.device() != null ? openMacvtap() : openTap();
  }

  private Fd openTap() throws DriverException, LinuxException {
    boolean exists = !options.isPattern() && TapExisting.isFree(netlink, options.ifname());
    // A device that somebody makes between the look and here is somebody else's.
    int exclusive = exists ? 0 : Tun.IFF_TUN_EXCL();
    name = options.ifname();
    Fd fd = TunCalls.open(TunCalls.TUN);
    int result = setInterface(fd, exclusive);
    if (result == -Errno.EINVAL && exists) {
      multiQueue = false;
      result = setInterface(fd, exclusive);
    }
    if (result >= 0 && !exists) {
      // Without an owner, any user who can open the node could add a queue of his own.
      result = TunCalls.ioctl(fd, Tun.TUNSETOWNER(), TunCalls.user());
    }
    if (result < 0) {
      fd.close();
      throw TapErrors.of("ioctl TUNSETIFF", name, -result);
    }
    return fd;
  }

  private Fd openMacvtap() throws DriverException, LinuxException {
    String path = options.device().toString();
    Fd fd = TunCalls.open(path);
    int known = TunCalls.probe(fd);
    if (known < 0) {
      fd.close();
      throw new DriverException(
          Reason.UNSUPPORTED,
          path + " is no macvtap device (TUNGETIFF: " + Errno.name(-known) + ").",
          "Name a /dev/tapN, where N is a macvtap interface's number; for a TAP use \"ifname\".");
    }
    name = TunCalls.name(fd);
    int result = setInterface(fd, 0);
    if (result < 0) {
      fd.close();
      throw TapErrors.of("ioctl TUNSETIFF", path, -result);
    }
    return fd;
  }

  /** TUNSETIFF; a TAP's name becomes the one the kernel made of the pattern. */
  private int setInterface(Fd fd, int extra) {
    int flags = Tun.IFF_TAP() | Tun.IFF_NO_PI() | Tun.IFF_VNET_HDR() | extra;
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment request =
          Ifreq.allocate(arena, name, multiQueue ? flags | Tun.IFF_MULTI_QUEUE() : flags);
      int result = TunCalls.ioctl(fd, Tun.TUNSETIFF(), request);
      if (result >= 0 && !isMacvtap()) {
        name = Ifreq.name(request);
      }
      return result;
    }
  }

  private void setUp(Fd fd) throws DriverException {
    check("ioctl TUNSETVNETHDRSZ", TunCalls.setInt(fd, Tun.TUNSETVNETHDRSZ(), VnetHeader.SIZE));
    check("ioctl TUNSETVNETLE", TunCalls.setInt(fd, Tun.TUNSETVNETLE(), 1));
    check("ioctl TUNSETSNDBUF", TunCalls.setInt(fd, Tun.TUNSETSNDBUF(), options.sendBuffer()));
  }

  private void settle(Netlink.Link link) throws DriverException {
    try {
      if (options.mac() != null) {
        netlink.mac(name, options.mac());
      }
      for (TapOptions.Address address : options.addresses()) {
        address(address);
      }
      if (options.up() && !link.up()) {
        netlink.up(name, true);
      }
    } catch (LinuxException e) {
      throw TapErrors.driverException(e);
    }
  }

  private void address(TapOptions.Address address) throws DriverException, LinuxException {
    try {
      netlink.addAddress(name, address.address(), address.prefix());
    } catch (LinuxException e) {
      if (e.errno() == Errno.EACCES) {
        throw new DriverException(
            Reason.UNSUPPORTED,
            e.call() + " " + e.object() + ": EACCES, IPv6 is switched off on " + name + ".",
            "Set net.ipv6.conf.default.disable_ipv6 to 0, or leave the address out.",
            e);
      }
      // A persistent interface may have it from before.
      if (e.errno() != Errno.EEXIST) {
        throw e;
      }
    }
  }

  String name() {
    return name;
  }

  int index() {
    return index;
  }

  LinkMonitor monitor() {
    return monitor;
  }

  boolean isMacvtap() {
    return options.device() != null;
  }

  /** Whether queues can be added and silenced one by one. */
  boolean isMultiQueue() {
    return multiQueue;
  }

  /** Most queue pairs: one if somebody made the interface without multi_queue. */
  int mostQueues() {
    return multiQueue ? options.queues() : 1;
  }

  boolean hasUso() {
    return uso;
  }

  int queues() {
    return queues.size();
  }

  /** A queue's descriptor; stays the device's. */
  Fd descriptor(int queue) {
    return queues.get(queue);
  }

  /** False once the interface was deleted, wherever it had been moved. */
  boolean isAlive() {
    return TunCalls.probe(queues.getFirst()) >= 0;
  }

  /** The interface as the kernel describes it now, under the name that it has now. */
  Netlink.Link link() throws DriverException {
    String renamed = TunCalls.name(queues.getFirst());
    name = renamed == null ? name : renamed;
    try {
      return netlink.link(name);
    } catch (LinuxException e) {
      if (e.errno() == Errno.ENODEV) {
        String advice =
            isMacvtap()
                ? "If the macvtap is in another network namespace, name that by \"netns\"."
                : "It was deleted, or moved to another network namespace.";
        throw TapErrors.of("netlink RTM_GETLINK", name, e.errno(), advice);
      }
      throw TapErrors.driverException(e);
    }
  }

  /** Opens or closes queues until there are n; new ones are silent. All or nothing. */
  void resize(int n) throws DriverException {
    int before = queues.size();
    try {
      while (queues.size() < n) {
        namespace.in(this::openNext);
        attached.set(queues.size() - 1);
        setUp(queues.getLast());
        detach(queues.size() - 1);
      }
    } catch (DriverException | RuntimeException e) {
      shrink(before);
      throw e;
    }
    shrink(n);
  }

  private Void openNext() throws DriverException {
    Fd fd = TunCalls.open(isMacvtap() ? options.device().toString() : TunCalls.TUN);
    int result = setInterface(fd, 0);
    if (result < 0) {
      fd.close();
      throw TapErrors.of("ioctl TUNSETIFF", name, -result);
    }
    queues.add(fd);
    return null;
  }

  private void shrink(int n) {
    while (queues.size() > n) {
      attached.clear(queues.size() - 1);
      queues.removeLast().close();
    }
  }

  /** Lets the kernel send frames into a queue. */
  void attach(int queue) throws DriverException {
    if (multiQueue && !attached.get(queue)) {
      check("ioctl TUNSETQUEUE", TunCalls.setQueue(queues.get(queue), Tun.IFF_ATTACH_QUEUE()));
    }
    attached.set(queue);
  }

  /**
   * Stops the kernel from sending frames into a queue, and lets it forget those that wait. The only
   * queue of a device without multi_queue cannot be silenced so.
   */
  void detach(int queue) throws DriverException {
    if (multiQueue && attached.get(queue)) {
      check("ioctl TUNSETQUEUE", TunCalls.setQueue(queues.get(queue), Tun.IFF_DETACH_QUEUE()));
      attached.clear(queue);
    }
  }

  /** Tells the kernel which offloads received frames may use: bits TUN_F_*. */
  void offload(int bits) throws DriverException {
    check("ioctl TUNSETOFFLOAD", TunCalls.ioctl(queues.getFirst(), Tun.TUNSETOFFLOAD(), bits));
  }

  private boolean tryOffload(int bits) {
    return TunCalls.ioctl(queues.getFirst(), Tun.TUNSETOFFLOAD(), bits) >= 0;
  }

  /**
   * Lets a program choose queues.
   *
   * @param program its descriptor, or -1: the kernel chooses
   */
  void steer(int program) throws DriverException {
    int result = TunCalls.setInt(queues.getFirst(), Tun.TUNSETSTEERINGEBPF(), program);
    if (result < 0 && result != -Errno.EBADFD) {
      throw TapErrors.of(
          "ioctl TUNSETSTEERINGEBPF",
          name,
          -result,
          "It takes an eBPF program of type socket filter (bpftool prog load FILE PATH type"
              + " socket).");
    }
    check("ioctl TUNSETSTEERINGEBPF", result);
  }

  void mtu(int bytes) throws DriverException {
    try {
      netlink.mtu(name, bytes);
    } catch (LinuxException e) {
      throw TapErrors.driverException(e);
    }
  }

  void mac(byte[] mac) throws DriverException {
    try {
      netlink.mac(name, mac);
    } catch (LinuxException e) {
      throw TapErrors.driverException(e);
    }
  }

  private void check(String call, int result) throws DriverException {
    if (result == -Errno.EBADFD) {
      throw TapErrors.of(call, name, Errno.EBADFD, "The interface was deleted: close the port.");
    }
    if (result < 0) {
      throw TapErrors.of(call, name, -result);
    }
  }

  @Override
  public void close() {
    shrink(0);
    netlink.close();
    monitor.close();
  }
}
