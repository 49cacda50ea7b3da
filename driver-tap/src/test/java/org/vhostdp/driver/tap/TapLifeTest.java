package org.vhostdp.driver.tap;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.vhostdp.linux.Fd;
import org.vhostdp.linux.LinuxException;
import org.vhostdp.linux.Mapping;
import org.vhostdp.linux.Poll;
import org.vhostdp.spi.Burst;
import org.vhostdp.spi.Capabilities;
import org.vhostdp.spi.DriverException;
import org.vhostdp.spi.DriverException.Reason;
import org.vhostdp.spi.Offload;
import org.vhostdp.spi.Port;
import org.vhostdp.spi.PortEvents;
import org.vhostdp.spi.PortSettings;
import org.vhostdp.spi.Wakeup;

@Timeout(60)
final class TapLifeTest {
  private TapLab lab;

  @BeforeEach
  void open() throws Exception {
    lab = TapLab.open();
  }

  @AfterEach
  void close() {
    if (lab != null) {
      lab.close();
    }
  }

  @Test
  void nothingMovesBeforeStart() throws Exception {
    Port port = lab.port("ifname", "tap0");
    port.configure(PortSettings.defaults());
    TapLab.Wire wire = lab.wire("tap0");
    wire.send(Frames.of(64, 1));
    Burst burst = new Burst(4);
    assertEquals(0, port.rx(0).receive(burst, 4));
    assertEquals(0, port.rx(0).receiveInto(burst, 4));
    assertEquals(0, port.tx(0).claim(burst, 4));
    assertEquals(0, port.tx(0).transmit(burst, 0, 1));
    assertEquals(Burst.FULL, burst.status[0]);
    assertThrows(IndexOutOfBoundsException.class, () -> port.rx(1));
    assertThrows(IndexOutOfBoundsException.class, () -> port.tx(-1));
  }

  @Test
  void stopSilencesAndStartReplaysNothing() throws Exception {
    stopAndStart(lab.started("ifname", "tap0"));
  }

  @Test
  void stopSilencesADeviceOfASingleQueueToo() throws Exception {
    lab.persistent("tap0", 0);
    Port port = lab.started("ifname", "tap0");
    assertEquals(1, port.capabilities().maxQueuePairs());
    assertFalse(port.capabilities().has(Capabilities.QUEUE_TOGGLE));
    stopAndStart(port);
  }

  private void stopAndStart(Port port) throws Exception {
    TapLab.Wire wire = lab.wire("tap0");
    wire.send(Frames.of(64, 1));
    assertNotNull(Frames.receive(port));
    var rx = port.rx(0);
    wire.send(Frames.of(64, 2));
    port.stop();
    port.stop();
    wire.send(Frames.of(64, 3));
    assertEquals(0, port.rx(0).receive(new Burst(4), 4));
    assertEquals(0, Frames.send(port, Frames.of(64, 4)));
    port.start();
    port.start();
    assertSame(rx, port.rx(0));
    assertEquals(0, Frames.receive(port, 0, 1, 30).size());
    assertNull(wire.receive(1));
    byte[] next = Frames.of(64, 5);
    wire.send(next);
    assertArrayEquals(next, Frames.receive(port).bytes());
    assertEquals(1, Frames.send(port, next));
    assertArrayEquals(next, wire.receive(20_000));
  }

  @Test
  void openedAHundredTimesNothingIsLeft() throws Exception {
    openAndUse();
    long fds = Fd.openCount();
    long mappings = Mapping.openCount();
    long files = openFiles();
    for (int i = 0; i < 100; i++) {
      openAndUse();
    }
    assertEquals(fds, Fd.openCount());
    assertEquals(mappings, Mapping.openCount());
    // The class loader's files come and go as it pleases.
    for (int i = 0; i < 1000 && files != openFiles(); i++) {
      Thread.sleep(10);
    }
    assertEquals(files, openFiles());
    assertEquals(1, lab.netlink.links().size(), "only the loopback interface is left");
  }

  private void openAndUse() throws Exception {
    Port port = lab.started(PortSettings.defaults().withQueuePairs(2));
    assertEquals(1, Frames.send(port, 1, new Burst(1), Frames.of(64, 1), 0, 0));
    port.configure(PortSettings.defaults().withQueuePairs(2).withActiveQueuePairs(1));
    port.close();
    port.close();
    assertThrows(IllegalStateException.class, port::start);
    assertEquals(0, port.rx(0).receive(new Burst(1), 1));
  }

  private static long openFiles() throws Exception {
    try (Stream<Path> list = Files.list(Path.of("/proc/self/fd"))) {
      return list.count();
    }
  }

  @Test
  void theInterfaceIsMadeAsAsked() throws Exception {
    Port port =
        lab.port(
            "ifname",
            "x%d",
            "mac",
            "02:00:00:aa:bb:cc",
            "up",
            "false",
            "address",
            "192.0.2.1/24, 192.0.2.2/32");
    assertArrayEquals(
        new byte[] {2, 0, 0, (byte) 0xaa, (byte) 0xbb, (byte) 0xcc}, lab.netlink.link("x0").mac());
    assertFalse(lab.netlink.link("x0").up());
    assertFalse(port.events().linkUp());
    String addresses = lab.in(() -> Files.readString(Path.of("/proc/thread-self/net/fib_trie")));
    assertTrue(addresses.contains("192.0.2.1") && addresses.contains("192.0.2.2"), addresses);
    port.close();
    assertThrows(LinuxException.class, () -> lab.netlink.link("x0"));
  }

  @Test
  void theKernelChoosesANumberForTheDefaultName() throws Exception {
    lab.started();
    lab.started();
    assertTrue(lab.netlink.link("vdp0").up());
    assertTrue(lab.netlink.link("vdp1").up());
  }

  @Test
  void aPersistentInterfaceStaysAndIsUsedAgain() throws Exception {
    String[] config = {"ifname", "keep0", "persist", "true", "address", "192.0.2.1/24"};
    lab.started(config).close();
    assertEquals("tun", lab.netlink.link("keep0").kind());
    Port again = lab.started(config);
    TapLab.Wire wire = lab.wire("keep0");
    wire.send(Frames.of(64, 1));
    assertNotNull(Frames.receive(again));
    again.close();
    lab.netlink.delete("keep0");
  }

  @Test
  void onlyActiveQueuesReceive() throws Exception {
    PortSettings four = PortSettings.defaults().withQueuePairs(4);
    Port port = lab.started(four, "ifname", "tap0");
    TapLab.Wire wire = lab.wire("tap0");
    for (int active : new int[] {4, 2, 1, 3, 4}) {
      port.configure(four.withActiveQueuePairs(active));
      int[] seen = spread(port, wire);
      int total = 0;
      for (int queue = 0; queue < 4; queue++) {
        assertEquals(queue < active, seen[queue] > 0, "queue " + queue + ", " + active + " active");
        total += seen[queue];
      }
      assertEquals(200, total);
    }
    for (int queue = 0; queue < 4; queue++) {
      byte[] frame = Frames.of(100, queue);
      assertEquals(1, Frames.send(port, queue, new Burst(1), frame, 0, 0));
      assertArrayEquals(frame, wire.receive(20_000));
    }
  }

  private static int[] spread(Port port, TapLab.Wire wire) throws Exception {
    for (int i = 0; i < 200; i++) {
      byte[] udp = new byte[30];
      udp[1] = (byte) i;
      udp[3] = 9;
      udp[5] = 30;
      wire.send(Frames.ipv4(Frames.STATION, Frames.PEER, 0x0A000000 + i, 0x0A000102, 17, udp));
    }
    return Frames.spread(port, 4, 200);
  }

  @Test
  void mtuAndStationAddressChangeWhileRunning() throws Exception {
    Port port = lab.started("ifname", "tap0");
    PortSettings settings = PortSettings.defaults().withMtu(9000);
    port.configure(settings);
    assertEquals(9000, lab.netlink.link("tap0").mtu());
    assertEquals(PortEvents.NONE, port.events().next(), "our own doing");
    byte[] before = lab.netlink.link("tap0").mac();
    port.configure(settings.withMac(Frames.STATION));
    assertArrayEquals(before, lab.netlink.link("tap0").mac(), "the kernel's side keeps its own");
    port.configure(settings.withMac(before));
    assertTrue(lab.log.getFirst().contains("same MAC address"), lab.log.toString());
    TapLab.Wire wire = lab.wire("tap0");
    byte[] frame = Frames.of(9014, 1);
    assertEquals(1, Frames.send(port, frame));
    assertArrayEquals(frame, wire.receive(20_000));
    wire.send(frame);
    assertArrayEquals(frame, Frames.receive(port).bytes());
  }

  @Test
  void refusedSettingsChangeNothing() throws Exception {
    Port port = lab.started(PortSettings.defaults().withMtu(1400), "ifname", "tap0");
    PortSettings[] bad = {
      PortSettings.defaults().withQueuePairs(17),
      PortSettings.defaults().withQueuePairs(2),
      PortSettings.defaults().withMtu(67),
      PortSettings.defaults().withMtu(65522),
      PortSettings.defaults().withMtu(1300).withRxOffloads(Offload.VLAN),
    };
    for (PortSettings settings : bad) {
      refuses(port, settings, Reason.UNSUPPORTED);
    }
    PortSettings half = PortSettings.defaults().withMtu(1300).withRxOffloads(Offload.GSO_TCP4);
    refuses(port, half, Reason.CONFIGURATION);
    assertEquals(1, Frames.send(port, Frames.of(64, 1)));
  }

  private void refuses(Port port, PortSettings settings, Reason reason) throws Exception {
    DriverException e = assertThrows(DriverException.class, () -> port.configure(settings));
    assertEquals(reason, e.reason());
    assertEquals(1400, lab.netlink.link("tap0").mtu());
  }

  @Test
  void whatTheKernelRefusesIsUndone() throws Exception {
    Port port = lab.port("ifname", "tap0");
    PortSettings settings = PortSettings.defaults().withMtu(1400);
    port.configure(settings);
    lab.netlink.delete("tap0");
    long fds = Fd.openCount();
    long mappings = Mapping.openCount();
    assertThrows(
        DriverException.class, () -> port.configure(settings.withQueuePairs(3).withMtu(1300)));
    assertEquals(fds, Fd.openCount());
    assertEquals(mappings, Mapping.openCount());
    DriverException e = assertThrows(DriverException.class, port::start);
    assertEquals(Reason.DEVICE, e.reason());
    assertTrue(e.getMessage().contains("was deleted"), e.getMessage());
  }

  @Test
  void theWakeupIsReadyWhenFramesWait() throws Exception {
    Port port = lab.started("ifname", "tap0");
    TapLab.Wire wire = lab.wire("tap0");
    Wakeup wakeup = port.rx(0).wakeup();
    assertEquals(Wakeup.READABLE, wakeup.events());
    assertFalse(wakeup.arm());
    wire.send(Frames.of(64, 1));
    var poll = new Poll(1);
    poll.set(0, wakeup.fd(), wakeup.events());
    assertEquals(1, poll.await(20_000));
    assertTrue(wakeup.arm());
    assertNotNull(Frames.receive(port));
    assertFalse(wakeup.arm());
    Wakeup space = port.tx(0).wakeup();
    assertEquals(Wakeup.WRITABLE, space.events());
    assertTrue(space.arm());
    assertTrue(space.fd() != wakeup.fd(), "both fit into one epoll set");
  }

  @Test
  void aRenamedInterfaceGoesOn() throws Exception {
    Port port = lab.started("ifname", "tap0");
    lab.netlink.up("tap0", false);
    Process ip =
        lab.in(() -> new ProcessBuilder("ip", "link", "set", "tap0", "name", "new0").start());
    TapLab.needs(ip.waitFor() == 0, "ip (package iproute2) could not rename the interface");
    lab.netlink.up("new0", true);
    port.configure(PortSettings.defaults().withMtu(1400));
    assertEquals(1400, lab.netlink.link("new0").mtu());
  }
}
