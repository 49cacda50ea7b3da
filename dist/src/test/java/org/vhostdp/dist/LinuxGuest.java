package org.vhostdp.dist;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import org.vhostdp.guest.machine.GuestMachine;
import org.vhostdp.guest.machine.GuestNet;
import org.vhostdp.guest.machine.GuestNic;
import org.vhostdp.guest.machine.GuestSpec;
import org.vhostdp.guest.machine.UmlGuest;

/** A guest with a kernel at the other end of a port, and what its only interface must carry. */
final class LinuxGuest implements AutoCloseable {
  static final Duration LIMIT = Duration.ofSeconds(60);
  private static final Duration BOOT_LIMIT = Duration.ofSeconds(150);
  private static final int IP_AND_ICMP = 28;

  private final Lab lab;
  private final GuestMachine machine;
  private final String address;
  private String nic;

  private LinuxGuest(Lab lab, GuestMachine machine, String address) {
    this.lab = lab;
    this.machine = machine;
    lab.watch(machine);
    this.address = address;
  }

  /** Boots user-mode Linux on a port and gives its interface an address. */
  static LinuxGuest uml(Lab lab, Path socket, String address, Duration life)
      throws IOException, InterruptedException {
    GuestSpec spec =
        GuestSpec.of(GuestNic.on(socket)).withWorkDir(lab.folder()).withLimits(LIMIT, life);
    return on(lab, UmlGuest.start(spec), address);
  }

  /** Takes over a booted guest and gives its interface an address. */
  static LinuxGuest on(Lab lab, GuestMachine machine) throws IOException, InterruptedException {
    return on(lab, machine, TapPort.GUEST);
  }

  private static LinuxGuest on(Lab lab, GuestMachine machine, String address)
      throws IOException, InterruptedException {
    LinuxGuest guest = new LinuxGuest(lab, machine, address);
    try {
      guest.configure();
      return guest;
    } catch (IOException | InterruptedException | RuntimeException e) {
      machine.close();
      throw e;
    }
  }

  private void configure() throws IOException, InterruptedException {
    nic = GuestNet.configure(machine, address + TapPort.PREFIX, 0);
  }

  /** Runs a command in which NIC stands for the interface's name; it must succeed. */
  String run(String command) throws IOException, InterruptedException {
    return machine.run(command.replace("NIC", nic), LIMIT).required().output().strip();
  }

  GuestMachine machine() {
    return machine;
  }

  /** Its interface's address. */
  String address() {
    return address;
  }

  /** Packets that its kernel dropped for a wrong checksum, in all protocols. */
  long checksumErrors() throws IOException, InterruptedException {
    return Long.parseLong(run("nstat -asz | awk '/CsumErrors/ { n += $2 } END { print n + 0 }'"));
  }

  /** Pings both ways; none may be lost. */
  void pings(int count) throws IOException, InterruptedException {
    pings(count, 56);
  }

  private void pings(int count, int payload) throws IOException, InterruptedException {
    run(pings(TapPort.HOST, count, payload));
    lab.run(LIMIT, "sh", "-c", pings(address, count, payload));
  }

  /**
   * A shell script that sends one ping after another until one is not answered. Of several at once
   * ping(8) gives up the last ones after two round trips, which is soon on a busy machine.
   */
  static String pings(String target, int count, int payload) {
    String one = "ping -n -q -M do -c 1 -W 10 -s %d %s".formatted(payload, target);
    return "i=0; while [ $i -lt %d ]; do i=$((i + 1)); said=$(%s) || { echo \"$i: $said\"; exit 1; }; done"
        .formatted(count, one);
  }

  /** Pings both ways in frames of the whole MTU, which may not be cut; bigger ones are refused. */
  void carriesFramesOf(int mtu) throws IOException, InterruptedException {
    assertEquals("" + mtu, run("cat /sys/class/net/NIC/mtu"));
    pings(20, mtu - IP_AND_ICMP);
    String big = "ping -n -q -M do -W 1 -c 1 -s %d %s".formatted(mtu, TapPort.HOST);
    assertTrue(!machine.run(big, LIMIT).succeeded(), "a ping beyond the MTU went through");
  }

  /** Moves random bytes each way; both ends must have the same digest of all of them. */
  void tcp(long bytes) throws Exception {
    tcpToGuest(bytes);
    tcpFromGuest(bytes);
  }

  void tcpToGuest(long bytes) throws Exception {
    try (TcpPeer peer = TcpPeer.sending(lab, bytes)) {
      String digest = run("exec 3<>" + peer.device() + " && sha256sum <&3").split(" ")[0];
      assertEquals(peer.stream().sha256(), digest, "what arrived in the guest");
    }
  }

  void tcpFromGuest(long bytes) throws Exception {
    try (TcpPeer peer = TcpPeer.receiving(lab)) {
      String make = "head -c %d /dev/urandom >/tmp/data && ".formatted(bytes);
      String send = "exec 3<>" + peer.device() + " && cat /tmp/data >&3 && exec 3>&- && ";
      String digest = run(make + send + "sha256sum </tmp/data").split(" ")[0];
      TcpPeer.Stream received = peer.stream();
      assertEquals(bytes, received.bytes(), "bytes from the guest");
      assertEquals(digest, received.sha256(), "what came from the guest");
    }
  }

  /** Restarts the kernel; the interface works again. */
  void reboots() throws IOException, InterruptedException {
    machine.reboot(BOOT_LIMIT);
    configure();
    pings(10);
  }

  /** Takes the driver off the device and puts it on again; the interface works again. */
  void rebindsItsDriver() throws IOException, InterruptedException {
    String device = run("basename $(readlink /sys/class/net/NIC/device)");
    String driver = "/sys/bus/virtio/drivers/virtio_net/";
    run("echo %s >%sunbind && [ ! -e /sys/class/net/NIC ]".formatted(device, driver));
    run("echo %s >%sbind".formatted(device, driver));
    configure();
    pings(10);
  }

  /** What the guest believes of the cable: waits until it is so. */
  void awaitsCarrier(boolean up) throws IOException {
    Wait.until(
        LIMIT, () -> carrier().equals(up ? "1" : "0"), () -> "the guest's carrier is " + carrier());
  }

  private String carrier() throws IOException {
    try {
      return run("cat /sys/class/net/NIC/carrier");
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted", e);
    }
  }

  @Override
  public void close() {
    machine.close();
  }
}
