package org.vhostdp.driver.afpacket;

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
import org.vhostdp.linux.Capability;
import org.vhostdp.linux.Fd;
import org.vhostdp.linux.LinuxException;
import org.vhostdp.linux.Namespaces;
import org.vhostdp.linux.Netlink;
import org.vhostdp.linux.PacketSocket;
import org.vhostdp.spi.DriverException;
import org.vhostdp.spi.Host;
import org.vhostdp.spi.Port;
import org.vhostdp.spi.PortSettings;
import org.vhostdp.spi.SpiVersion;
import org.vhostdp.spi.Version;

/**
 * A network namespace for one test with the veth pair {@code near} and {@code far}, and ports and
 * peers that end with it.
 */
final class PacketLab implements AutoCloseable, Host {
  static final String NEAR = "near";
  static final String FAR = "far";

  /** A virtio header that says nothing. */
  static final byte[] PLAIN = new byte[PacketSocket.HEADER];

  final PacketDriver driver = new PacketDriver();

  /** Warnings and worse. */
  final List<String> log = new CopyOnWriteArrayList<>();

  /** What else the driver told. */
  final List<String> notes = new CopyOnWriteArrayList<>();

  final Netlink netlink;

  private final Fd namespace;
  private final Deque<Runnable> opened = new ArrayDeque<>();

  private PacketLab() throws Exception {
    namespace = Namespaces.create();
    netlink = in(Netlink::open);
    // A kernel that asks for IPv6 neighbours by itself would add frames of its own.
    in(() -> Files.writeString(Path.of("/proc/sys/net/ipv6/conf/default/disable_ipv6"), "1"));
    netlink.createVeth(NEAR, FAR);
    netlink.up(NEAR, true);
    netlink.up(FAR, true);
  }

  /** A lab, or a skipped test with the reason. */
  static PacketLab open() throws Exception {
    needsPrivileges();
    return new PacketLab();
  }

  /** A test that makes interfaces in namespaces of its own goes on, or is skipped. */
  static void needsPrivileges() {
    for (int c :
        new int[] {Capability.CAP_NET_ADMIN, Capability.CAP_NET_RAW, Capability.CAP_SYS_ADMIN}) {
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

  /** Opens a port on the near interface; keys and values in turn. */
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

  /** A raw socket at the far end: what it sends the port receives, and the reverse. */
  Peer peer() throws Exception {
    int index = netlink.link(FAR).index();
    PacketSocket socket = in(() -> PacketSocket.open(8 << 20));
    opened.push(socket::close);
    socket.bind(index);
    return new Peer(socket);
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

  /** The far end. */
  static final class Peer {
    private final PacketSocket socket;

    Peer(PacketSocket socket) {
      this.socket = socket;
    }

    int send(byte[] frame) {
      return socket.send(PLAIN, frame);
    }

    int send(byte[] header, byte[] frame) {
      return socket.send(header, frame);
    }

    /** The frame of that number; others before it are passed over. The time is in ms. */
    void await(int number, long millis) throws InterruptedException {
      PacketSocket.Received next;
      do {
        next = receive(millis);
        Assertions.assertNotNull(next, "frame " + number + " did not come");
      } while (Frames.number(next.frame()) != number);
    }

    /** The next frame with the test's EtherType or IP, or null after the time, ms. */
    PacketSocket.Received receive(long millis) throws InterruptedException {
      long end = System.nanoTime() + millis * 1_000_000;
      do {
        PacketSocket.Received next = poll();
        if (next != null) {
          return next;
        }
        Thread.sleep(0, 200_000);
      } while (System.nanoTime() < end);
      return null;
    }

    private PacketSocket.Received poll() {
      try {
        return socket.receive();
      } catch (LinuxException e) {
        throw new AssertionError(e.getMessage(), e);
      }
    }
  }
}
