package org.vhostdp.driver.tap;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Assertions;
import org.junit.jupiter.api.Assumptions;
import org.vhostdp.driver.tap.generated.Tun;
import org.vhostdp.linux.CallState;
import org.vhostdp.linux.Capability;
import org.vhostdp.linux.Fd;
import org.vhostdp.linux.Io;
import org.vhostdp.linux.Namespaces;
import org.vhostdp.linux.Netlink;
import org.vhostdp.linux.Sockets;
import org.vhostdp.spi.DriverException;
import org.vhostdp.spi.Host;
import org.vhostdp.spi.Port;
import org.vhostdp.spi.PortSettings;
import org.vhostdp.spi.SpiVersion;
import org.vhostdp.spi.Version;

/** A network namespace for one test, with ports and wire peers that end with it. */
final class TapLab implements AutoCloseable, Host {
  final TapDriver driver = new TapDriver();

  /** Warnings and worse. */
  final List<String> log = new CopyOnWriteArrayList<>();

  /** What else the driver told. */
  final List<String> notes = new CopyOnWriteArrayList<>();

  private final Fd namespace;
  private final Deque<Runnable> opened = new ArrayDeque<>();
  final Netlink netlink;

  private TapLab() throws Exception {
    namespace = Namespaces.create();
    netlink = in(Netlink::open);
    // A kernel that asks for IPv6 neighbours by itself would add frames of its own.
    in(() -> Files.writeString(Path.of("/proc/sys/net/ipv6/conf/default/disable_ipv6"), "1"));
  }

  /** A lab, or a skipped test with the reason. */
  static TapLab open() throws Exception {
    needsPrivileges();
    return new TapLab();
  }

  /** A test that makes TAPs in namespaces of its own goes on, or is skipped with the reason. */
  static void needsPrivileges() {
    needs(Files.exists(Path.of(TunCalls.TUN)), TunCalls.TUN + " is not there");
    for (int c : new int[] {Capability.CAP_NET_ADMIN, Capability.CAP_SYS_ADMIN}) {
      needs(Capability.has(c), "this process lacks " + Capability.name(c));
    }
  }

  static void needs(boolean met, String otherwise) {
    if (!met) {
      System.out.println("SKIPPED: " + otherwise);
    }
    Assumptions.assumeTrue(met, otherwise);
  }

  /** The namespace's file, while the lab is open. */
  String netns() {
    return "/proc/" + ProcessHandle.current().pid() + "/fd/" + namespace.raw();
  }

  <T> T in(Callable<T> work) throws Exception {
    return Namespaces.in(namespace, work);
  }

  /** Opens a port in the namespace; keys and values in turn. */
  Port port(String... config) throws DriverException {
    Map<String, String> values = new LinkedHashMap<>();
    values.put("netns", netns());
    for (int i = 0; i < config.length; i += 2) {
      values.put(config[i], config[i + 1]);
    }
    Port port = driver.open(driver.schema().check("the test", values), this);
    opened.push(port::close);
    return port;
  }

  /** A port with one queue pair, started. */
  Port started(String... config) throws DriverException {
    return started(PortSettings.defaults(), config);
  }

  Port started(PortSettings settings, String... config) throws DriverException {
    Port port = port(config);
    port.configure(settings);
    port.start();
    return port;
  }

  /** Makes a persistent TAP as an operator would, with these flags beside IFF_TAP. */
  void persistent(String ifname, int flags) throws Exception {
    other(ifname, flags, true).close();
  }

  /** A descriptor of a TAP that somebody else holds. */
  Fd other(String ifname, int flags, boolean persist) throws Exception {
    Fd fd = in(() -> Io.open(TunCalls.TUN, TunCalls.OPEN_FLAGS, 0));
    opened.push(fd::close);
    try (Arena arena = Arena.ofConfined()) {
      CallState state = new CallState(arena);
      int all = Tun.IFF_TAP() | Tun.IFF_NO_PI() | flags;
      MemorySegment request = Ifreq.allocate(arena, ifname, all);
      Assertions.assertEquals(0, Io.ioctl(state, fd.raw(), Tun.TUNSETIFF(), request));
      if (persist) {
        Assertions.assertEquals(0, Io.ioctl(state, fd.raw(), Tun.TUNSETPERSIST(), 1));
      }
    }
    return fd;
  }

  /** A raw socket on an interface: what it writes the port receives, and the reverse. */
  Wire wire(String ifname) throws Exception {
    int index = netlink.link(ifname).index();
    Wire wire = new Wire(in(() -> Sockets.packet(index, true)));
    opened.push(wire::close);
    return wire;
  }

  @Override
  public Version spiVersion() {
    return SpiVersion.CURRENT;
  }

  @Override
  public void log(System.Logger.Level level, String message) {
    boolean serious = level.getSeverity() >= System.Logger.Level.WARNING.getSeverity();
    (serious ? log : notes).add(message);
  }

  @Override
  public void close() {
    while (!opened.isEmpty()) {
      opened.pop().run();
    }
    netlink.close();
    namespace.close();
  }

  /** One end of the wire, seen by the kernel. */
  static final class Wire implements AutoCloseable {
    private final Fd fd;
    private final Arena arena = Arena.ofShared();
    private final CallState state = new CallState(arena);
    private final MemorySegment buffer = arena.allocate(70_000, 8);

    Wire(Fd fd) {
      this.fd = fd;
    }

    long send(byte[] frame) {
      MemorySegment.copy(frame, 0, buffer, ValueLayout.JAVA_BYTE, 0, frame.length);
      return Io.write(state, fd.raw(), buffer, frame.length);
    }

    /** The next frame, or null after the time, ms. */
    byte[] receive(long millis) throws InterruptedException {
      long end = System.nanoTime() + millis * 1_000_000;
      do {
        long length = Io.read(state, fd.raw(), buffer, buffer.byteSize());
        if (length >= 0) {
          return buffer.asSlice(0, length).toArray(ValueLayout.JAVA_BYTE);
        }
        Thread.sleep(0, 200_000);
      } while (System.nanoTime() < end);
      return null;
    }

    @Override
    public void close() {
      fd.close();
      arena.close();
    }
  }
}
