package org.vhostdp.cli.demo;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.concurrent.locks.LockSupport;
import org.vhostdp.guest.twin.BuiltinGuest;
import org.vhostdp.guest.twin.Packets;
import org.vhostdp.guest.twin.PingResult;
import org.vhostdp.guest.twin.Stamp;
import org.vhostdp.guest.twin.TwinOptions;

/**
 * The guest without a kernel: pings, then datagrams whose every byte the receiver checks. Datagrams
 * go a window at a time, each awaited, so that none is lost for want of room.
 */
final class BuiltinDemo implements DemoGuest {
  private static final int PINGS = 100;
  private static final int PORT = 9000;

  /** Payload in flight, bytes: with all that the kernel adds, less than a socket's buffer holds. */
  private static final int WINDOW_BYTES = 64 << 10;

  private static final int MOST_WINDOW = 64;

  private static final int HEADERS = 28;
  private static final int WAIT_MILLIS = 10_000;
  private static final int LEAST_BUFFER = 2048;
  private static final int ROOM = 64;

  private final DemoPlan plan;
  private final DemoPort port;
  private final HostSide host;
  private final BuiltinGuest guest;
  private final int size;
  private final int window;

  private BuiltinDemo(DemoPlan plan, DemoPort port, HostSide host, BuiltinGuest guest) {
    this.plan = plan;
    this.port = port;
    this.host = host;
    this.guest = guest;
    this.size = plan.effectiveMtu() - HEADERS;
    this.window = Math.clamp(WINDOW_BYTES / size, 1, MOST_WINDOW);
  }

  static BuiltinDemo start(DemoPlan plan, DemoPort port, HostSide host, Progress progress)
      throws IOException {
    TwinOptions options =
        TwinOptions.defaults()
            .withPairs(plan.queues())
            .withBuffers(
                TwinOptions.Framing.ONE, Math.max(LEAST_BUFFER, plan.effectiveMtu() + ROOM));
    BuiltinGuest guest =
        BuiltinGuest.start(
            port.socket(), Packets.mac(DemoPlan.MAC), Packets.ip(DemoPlan.GUEST), options);
    progress.say("attached a guest: " + GuestKind.builtin.text() + "; it is " + DemoPlan.GUEST);
    return new BuiltinDemo(plan, port, host, guest);
  }

  @Override
  public DemoResult show(Progress progress) throws IOException, InterruptedException {
    // The loopback driver returns every frame, so there the guest is its own neighbour.
    int neighbour = Packets.ip(host == null ? DemoPlan.GUEST : DemoPlan.HOST);
    PingResult pings =
        guest.ping(neighbour, PINGS, Duration.ofMillis(5), Duration.ofMillis(WAIT_MILLIS));
    PingText ping =
        new PingText(pings.sent(), pings.received(), pings.bestNanos(), pings.meanNanos());
    progress.say("  ping: " + ping.text());
    Transfer fromGuest = host == null ? toItself(progress, neighbour) : toHost(progress, neighbour);
    Transfer toGuest = host == null ? null : toGuest(progress);
    return new DemoResult(
        plan,
        GuestKind.builtin.text(),
        0,
        ping,
        "UDP, each byte checked",
        fromGuest,
        toGuest,
        Traffic.of(port.port()));
  }

  private Transfer toItself(Progress progress, int self) throws IOException, InterruptedException {
    try (Progress.Watch _ = progress.watch("UDP to itself", port.port())) {
      long start = System.nanoTime();
      long windows = 0;
      while (System.nanoTime() - start < plan.seconds() * 1_000_000_000L) {
        windows++;
        guest.sendUdp(self, PORT, window, size);
        awaitGuest(windows * window);
      }
      return said(progress, transfer(windows * window, start));
    }
  }

  private Transfer toHost(Progress progress, int hostIp) throws IOException, InterruptedException {
    try (Progress.Watch _ = progress.watch("UDP guest to host", port.port());
        DatagramSocket socket = host.udp(DemoPlan.HOST, PORT)) {
      socket.setSoTimeout(WAIT_MILLIS);
      DatagramPacket packet = new DatagramPacket(new byte[size + 1], size + 1);
      long start = System.nanoTime();
      long received = 0;
      while (System.nanoTime() - start < plan.seconds() * 1_000_000_000L) {
        guest.sendUdp(hostIp, PORT, window, size);
        for (int i = 0; i < window; i++) {
          receive(socket, packet);
          received++;
        }
      }
      return said(progress, transfer(received, start));
    }
  }

  private static void receive(DatagramSocket socket, DatagramPacket packet) throws IOException {
    try {
      packet.setLength(packet.getData().length);
      socket.receive(packet);
    } catch (SocketTimeoutException e) {
      throw new DemoFailed("A datagram of the guest did not arrive within 10 s.", e);
    }
    if (Stamp.check(MemorySegment.ofArray(packet.getData()), 0, packet.getLength()) < 0) {
      throw new DemoFailed("A datagram of the guest arrived with wrong bytes.");
    }
  }

  private Transfer toGuest(Progress progress) throws IOException, InterruptedException {
    try (Progress.Watch _ = progress.watch("UDP host to guest", port.port());
        DatagramSocket socket = host.udp(DemoPlan.HOST, PORT)) {
      byte[] bytes = new byte[size];
      MemorySegment memory = MemorySegment.ofArray(bytes);
      DatagramPacket packet =
          new DatagramPacket(
              bytes, size, new InetSocketAddress(InetAddress.getByName(DemoPlan.GUEST), PORT));
      long start = System.nanoTime();
      long sent = 0;
      while (System.nanoTime() - start < plan.seconds() * 1_000_000_000L) {
        for (int i = 0; i < window; i++) {
          Stamp.write(memory, 0, size, sent++);
          socket.send(packet);
        }
        awaitGuest(sent);
      }
      return said(progress, transfer(sent, start));
    }
  }

  private void awaitGuest(long datagrams) throws DemoFailed {
    long start = System.nanoTime();
    while (guest.counters().udpReceived() < datagrams) {
      if (guest.counters().udpCorrupt() > 0) {
        throw new DemoFailed("A datagram arrived at the guest with wrong bytes.");
      }
      if (System.nanoTime() - start > WAIT_MILLIS * 1_000_000L) {
        throw new DemoFailed("A datagram did not arrive at the guest within 10 s.");
      }
      // Few cores are shared by sender, dataplane and guest: spinning would take one of them.
      LockSupport.parkNanos(20_000);
    }
  }

  private Transfer transfer(long datagrams, long start) {
    return new Transfer(datagrams * size, (System.nanoTime() - start) / 1e9);
  }

  private static Transfer said(Progress progress, Transfer transfer) {
    progress.say("    arrived: " + transfer.text());
    return transfer;
  }

  @Override
  public void close() {
    guest.close();
  }
}
