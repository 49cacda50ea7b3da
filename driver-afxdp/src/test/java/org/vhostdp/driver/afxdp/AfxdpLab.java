package org.vhostdp.driver.afxdp;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Assumptions;
import org.vhostdp.linux.CallState;
import org.vhostdp.linux.Capability;
import org.vhostdp.linux.Ethtool;
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

/** A network namespace for one test, with a veth pair: the driver has one end, a peer the other. */
final class AfxdpLab implements AutoCloseable, Host {
  /** The end that ports work on. */
  static final String NEAR = "near0";

  static final String FAR = "far0";

  final AfxdpDriver driver = new AfxdpDriver();

  /** Warnings and worse. */
  final List<String> log = new CopyOnWriteArrayList<>();

  /** What else the driver told. */
  final List<String> notes = new CopyOnWriteArrayList<>();

  private final Fd namespace;
  private final Deque<Runnable> opened = new ArrayDeque<>();
  final Netlink netlink;

  private AfxdpLab(int queues) throws Exception {
    namespace = Namespaces.create();
    netlink = in(Netlink::open);
    // A kernel that asks for IPv6 neighbours by itself would add frames of its own.
    in(() -> Files.writeString(Path.of("/proc/sys/net/ipv6/conf/default/disable_ipv6"), "1"));
    netlink.createVeth(NEAR, FAR, queues);
    netlink.up(NEAR, true);
    netlink.up(FAR, true);
  }

  /** A lab, or a skipped test with the reason. */
  static AfxdpLab open() throws Exception {
    return open(1);
  }

  /** The same with so many queues at both ends of the pair. */
  static AfxdpLab open(int queues) throws Exception {
    needsPrivileges();
    return new AfxdpLab(queues);
  }

  /** A test that works on veth pairs of its own goes on, or is skipped with the reason. */
  static void needsPrivileges() {
    int[] all = {Capability.CAP_NET_ADMIN, Capability.CAP_NET_RAW, Capability.CAP_SYS_ADMIN};
    for (int c : all) {
      needs(Capability.has(c), "this process lacks " + Capability.name(c));
    }
    needs(new AfxdpDriver().probe().isOk(), new AfxdpDriver().probe().toString());
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

  /** Frames that the far end sends leave it whole: checksums, and no more than its MTU. */
  void withoutFarOffloads() throws Exception {
    in(
        () -> {
          Ethtool.transmitChecksums(FAR, false);
          return null;
        });
  }

  /** Opens a port in the namespace; keys and values in turn. */
  Port port(String... config) throws DriverException {
    Map<String, String> values = new LinkedHashMap<>();
    values.put("netns", netns());
    values.put("ifname", NEAR);
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

  /** Gives an interface another name, as an operator would. */
  void rename(String from, String to) throws Exception {
    ip("link", "set", "dev", from, "name", to);
  }

  /** ip(8) in the namespace. */
  void ip(String... words) throws Exception {
    List<String> command = new ArrayList<>(List.of("nsenter", "--net=" + netns(), "ip"));
    command.addAll(List.of(words));
    Process ip = new ProcessBuilder(command).inheritIO().start();
    needs(ip.waitFor() == 0, "ip (package iproute2) could not " + String.join(" ", words));
  }

  /** A raw socket on the far end: what it writes the port receives, and the reverse. */
  Wire wire() throws Exception {
    int index = netlink.link(FAR).index();
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
      if (fd.isOpen()) {
        fd.close();
        arena.close();
      }
    }
  }
}
