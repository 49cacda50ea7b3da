package org.vhostdp.driver.dpdk.feature;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Comparator;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;
import org.vhostdp.driver.dpdk.DpdkDriver;
import org.vhostdp.driver.dpdk.eal.Libraries;
import org.vhostdp.linux.Capability;
import org.vhostdp.linux.Errno;
import org.vhostdp.linux.Fd;
import org.vhostdp.linux.LinuxException;
import org.vhostdp.linux.Namespaces;
import org.vhostdp.linux.Netlink;
import org.vhostdp.linux.PacketSocket;
import org.vhostdp.spi.Host;
import org.vhostdp.spi.Port;
import org.vhostdp.spi.PortSettings;
import org.vhostdp.spi.SpiVersion;
import org.vhostdp.spi.Version;

/**
 * A network namespace and a folder for one test, with ports, sockets and processes that end with
 * it. EAL starts once in a process: all of these tests run it in the same way, without huge pages.
 */
final class FeatureLab implements AutoCloseable, Host {
  private static final AtomicInteger DEVICES = new AtomicInteger();

  final Path folder = Files.createTempDirectory("vhostdp-dpdk");
  final Netlink netlink;

  private final Fd namespace = Namespaces.create();
  private final Deque<AutoCloseable> opened = new ArrayDeque<>();

  private FeatureLab() throws Exception {
    netlink = in(Netlink::open);
    // A kernel that asks for IPv6 neighbours by itself would add frames of its own.
    in(() -> Files.writeString(Path.of("/proc/sys/net/ipv6/conf/default/disable_ipv6"), "1"));
  }

  /** A lab, or a skipped test with the reason. */
  static FeatureLab open() throws Exception {
    needs(
        Libraries.missing().isEmpty(),
        Libraries.missing().map(Exception::getMessage).orElse("DPDK is there"));
    for (int c : new int[] {Capability.CAP_NET_ADMIN, Capability.CAP_SYS_ADMIN}) {
      needs(Capability.has(c), "this process lacks " + Capability.name(c));
    }
    return new FeatureLab();
  }

  static void needs(boolean met, String otherwise) {
    if (!met) {
      System.out.println("SKIPPED: " + otherwise);
    }
    Assumptions.assumeTrue(met, otherwise);
  }

  /** A name for a device that no other test in this process has used. */
  static String device(String pmd) {
    return pmd + DEVICES.incrementAndGet();
  }

  <T> T in(Callable<T> work) throws Exception {
    return Namespaces.in(namespace, work);
  }

  /** Keeps something that is closed with the lab, last first. */
  <T extends AutoCloseable> T keep(T one) {
    opened.push(one);
    return one;
  }

  /** Opens a port in the namespace; keys and values in turn. */
  Port port(String... config) throws Exception {
    Map<String, String> values = new LinkedHashMap<>();
    values.put("hugepages", "off");
    for (int i = 0; i < config.length; i += 2) {
      values.put(config[i], config[i + 1]);
    }
    DpdkDriver driver = new DpdkDriver();
    Port port = in(() -> driver.open(driver.schema().check("the test", values), this));
    opened.push(
        () ->
            in(
                () -> {
                  port.close();
                  return null;
                }));
    return port;
  }

  /** A port on a virtual device, started. */
  Port started(PortSettings settings, String vdev, String... config) throws Exception {
    String[] all = Stream.concat(Stream.of("vdev", vdev), Stream.of(config)).toArray(String[]::new);
    Port port = port(all);
    start(port, settings);
    return port;
  }

  /** Stops a port, if it runs, and starts it with other settings. */
  void start(Port port, PortSettings settings) throws Exception {
    in(
        () -> {
          port.stop();
          port.configure(settings);
          port.start();
          return null;
        });
  }

  /** A socket on an interface: what it sends the interface's other side receives, and back. */
  PacketSocket socket(String ifname) throws Exception {
    PacketSocket socket = keep(in(() -> PacketSocket.open(4 << 20)));
    socket.bind(netlink.link(ifname).index());
    return socket;
  }

  @Override
  public Version spiVersion() {
    return SpiVersion.CURRENT;
  }

  @Override
  public void log(System.Logger.Level level, String message) {
    System.out.println(level + ": " + message);
  }

  @Override
  public void close() throws IOException {
    while (!opened.isEmpty()) {
      close(opened.pop());
    }
    netlink.close();
    namespace.close();
    delete(folder);
  }

  private static void close(AutoCloseable one) throws IOException {
    try {
      one.close();
    } catch (IOException | RuntimeException e) {
      throw e;
    } catch (Exception e) {
      throw new IOException(e);
    }
  }

  /** Deletes a folder and all that is in it. */
  static void delete(Path folder) throws IOException {
    try (Stream<Path> all = Files.walk(folder)) {
      for (Path one : all.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(one);
      }
    }
  }

  /** Waits for something, at most thirty seconds; whether it came. */
  static boolean comes(Callable<Boolean> what) throws Exception {
    long end = System.nanoTime() + 30_000_000_000L;
    boolean there = what.call();
    while (!there && System.nanoTime() < end) {
      Thread.sleep(1);
      there = what.call();
    }
    return there;
  }

  /** The next frame; what a socket says once after its interface was down is passed over. */
  private static PacketSocket.Received next(PacketSocket socket) throws LinuxException {
    try {
      return socket.receive();
    } catch (LinuxException e) {
      if (e.errno() != Errno.ENETDOWN) {
        throw e;
      }
      return null;
    }
  }

  /** The next frame on a socket that begins with the peer's address, or null after 20 s. */
  static PacketSocket.Received receive(PacketSocket socket) throws Exception {
    long end = System.nanoTime() + 20_000_000_000L;
    while (System.nanoTime() < end) {
      PacketSocket.Received received = next(socket);
      if (received == null) {
        Thread.sleep(0, 200_000);
      } else if (List.of(2, -1).contains((int) received.frame()[0])) {
        return received;
      }
    }
    return null;
  }
}
