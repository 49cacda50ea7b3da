package org.vhostdp.cli.demo;

import java.io.IOException;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.vhostdp.linux.Ethtool;
import org.vhostdp.linux.Fd;
import org.vhostdp.linux.Namespaces;
import org.vhostdp.linux.Netlink;

/**
 * A network namespace with nothing in it, so that the demonstration touches no interface, route or
 * firewall rule of the machine. It vanishes with this process at the latest.
 */
final class HostSide implements AutoCloseable {
  /** A server that outlives a killed demonstration ends by itself. */
  private static final int MOST_SECONDS = 600;

  private final Fd namespace;

  private HostSide(Fd namespace) {
    this.namespace = namespace;
  }

  /** Makes the namespace; needs CAP_SYS_ADMIN, of a user namespace at least. */
  static HostSide create() throws IOException {
    return new HostSide(Namespaces.create());
  }

  /** The namespace's file, for drivers and for nsenter. */
  Path path() {
    return Path.of(
        "/proc", Long.toString(ProcessHandle.current().pid()), "fd", "" + namespace.raw());
  }

  /** A process inside that is killed when its time is up, whatever becomes of this one. */
  Process start(String... command) throws IOException {
    List<String> words = new ArrayList<>();
    words.addAll(List.of("timeout", "-s", "KILL", "" + MOST_SECONDS));
    words.addAll(List.of("nsenter", "--net=" + path(), "--"));
    words.addAll(List.of(command));
    return new ProcessBuilder(words).redirectErrorStream(true).start();
  }

  /** A UDP socket inside. */
  DatagramSocket udp(String address, int port) throws IOException {
    return in(
        () -> new DatagramSocket(new InetSocketAddress(InetAddress.getByName(address), port)));
  }

  /** Two interfaces joined back to back, switched on. */
  void veth(String one, String other, int queues, int mtu) throws IOException {
    try (Netlink netlink = in(Netlink::open)) {
      netlink.createVeth(one, other, queues);
      for (String end : List.of(one, other)) {
        netlink.mtu(end, mtu);
        netlink.up(end, true);
      }
    }
  }

  /** The host's address, on an interface that is switched on for it. */
  void address(String ifname) throws IOException {
    try (Netlink netlink = in(Netlink::open)) {
      netlink.addAddress(ifname, InetAddress.getByName(DemoPlan.HOST), DemoPlan.PREFIX_LENGTH);
      netlink.up(ifname, true);
    }
  }

  /** Lets the kernel compute the checksums of what an interface sends. */
  void finishChecksums(String ifname) throws IOException {
    in(
        () -> {
          Ethtool.transmitChecksums(ifname, false);
          return ifname;
        });
  }

  /**
   * Does something inside; threads and sockets made there stay there.
   *
   * @throws IOException with the sentence of whatever the work throws
   */
  <T> T in(Callable<T> work) throws IOException {
    try {
      return Namespaces.in(namespace, work);
    } catch (IOException | RuntimeException e) {
      throw e;
    } catch (InterruptedException e) {
      throw new IOException("The demonstration was interrupted.", e);
    } catch (Exception e) {
      throw new IOException(e.getMessage(), e);
    }
  }

  @Override
  public void close() {
    namespace.close();
  }
}
