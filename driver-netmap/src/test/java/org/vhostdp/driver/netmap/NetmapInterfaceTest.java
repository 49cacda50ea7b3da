package org.vhostdp.driver.netmap;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.vhostdp.linux.Fd;
import org.vhostdp.linux.LinuxException;
import org.vhostdp.linux.Namespaces;
import org.vhostdp.linux.Netlink;
import org.vhostdp.linux.PacketSocket;
import org.vhostdp.spi.Burst;
import org.vhostdp.spi.DriverException;
import org.vhostdp.spi.PortEvents;
import org.vhostdp.spi.PortSettings;
import org.vhostdp.spi.Statistics;

/** Ports on the ends of a veth pair, which netmap drives by its emulation. */
@Tag("guest-kernel")
@Timeout(120)
final class NetmapInterfaceTest {
  private static final long PATIENCE_NANOS = 5_000_000_000L;
  private static final byte[] PLAIN = new byte[PacketSocket.HEADER];

  private Fd namespace;
  private Netlink netlink;

  @BeforeEach
  void veth() throws Exception {
    NetmapModule.needed();
    namespace = Namespaces.create();
    netlink = Namespaces.in(namespace, Netlink::open);
    Namespaces.in(
        namespace,
        () -> Files.writeString(Path.of("/proc/sys/net/ipv6/conf/default/disable_ipv6"), "1"));
    netlink.createVeth("near", "far");
    netlink.up("near", true);
    netlink.up("far", true);
  }

  @AfterEach
  void nothingStays() {
    if (namespace != null) {
      netlink.close();
      namespace.close();
    }
  }

  private Ends open(String name, String... pairs) throws Exception {
    return open(PortSettings.defaults(), name, pairs);
  }

  private Ends open(PortSettings settings, String name, String... pairs) throws Exception {
    List<String> keys = new ArrayList<>(List.of(pairs));
    keys.add("netns");
    keys.add("/proc/" + ProcessHandle.current().pid() + "/fd/" + namespace.raw());
    return Ends.open(settings, name, keys.toArray(String[]::new));
  }

  private PacketSocket peer(String name) throws Exception {
    PacketSocket socket = Namespaces.in(namespace, () -> PacketSocket.open(1 << 20));
    socket.bind(netlink.link(name).index());
    return socket;
  }

  private static byte[] next(PacketSocket socket) throws Exception {
    long end = System.nanoTime() + PATIENCE_NANOS;
    while (System.nanoTime() < end) {
      PacketSocket.Received got = socket.receive();
      if (got != null && got.frame().length > 13 && got.frame()[12] == (byte) 0x88) {
        return got.frame();
      }
    }
    return null;
  }

  @Test
  void framesCrossAnInterfaceBothWays() throws Exception {
    try (PacketSocket far = peer("far");
        Ends near = open("netmap:near")) {
      assertTrue(near.port.events().linkUp());
      for (int i = 0; i < 20; i++) {
        assertTrue(near.send(Ends.frame(i, 60 + i)));
        assertArrayEquals(Ends.frame(i, 60 + i), next(far));
        far.send(PLAIN, Ends.frame(i, 70 + i));
        assertArrayEquals(Ends.frame(i, 70 + i), near.receive());
      }
    }
  }

  @Test
  void framesCrossTwoPortsOnOnePair() throws Exception {
    try (Ends near = open("netmap:near");
        Ends far = open("netmap:far")) {
      for (int i = 0; i < 20; i++) {
        assertTrue(near.send(Ends.frame(i, 200)));
        assertArrayEquals(Ends.frame(i, 200), far.receive());
      }
      assertEquals(near.port.memory(), far.port.memory());
    }
  }

  @Test
  void severalQueuesOfAnInterfaceSendAndReceive() throws Exception {
    PortSettings two = PortSettings.defaults().withQueuePairs(2);
    netlink.createVeth("left", "right", 2);
    netlink.up("left", true);
    netlink.up("right", true);
    try (Ends left = open(two, "netmap:left");
        Ends right = open(two, "netmap:right")) {
      for (int i = 0; i < 20; i++) {
        assertTrue(left.send(i % 2, Ends.frame(i, 100), 0, 0));
        assertArrayEquals(Ends.frame(i, 100), fromAny(right), "frame " + i);
        assertTrue(right.send(i % 2, Ends.frame(i, 90), 0, 0));
        assertArrayEquals(Ends.frame(i, 90), fromAny(left), "frame " + i);
      }
    }
    try (PacketSocket far = peer("right");
        Ends left = open(two, "netmap:left")) {
      for (int i = 0; i < 4; i++) {
        assertTrue(left.send(i % 2, Ends.frame(i, 80), 0, 0));
        assertArrayEquals(Ends.frame(i, 80), next(far));
      }
    }
  }

  /** The next frame of either queue pair, or null if none comes in time. */
  private static byte[] fromAny(Ends ends) {
    long end = System.nanoTime() + PATIENCE_NANOS;
    for (int queue = 0; System.nanoTime() < end; queue ^= 1) {
      List<byte[]> frames = ends.receiveNow(queue);
      if (!frames.isEmpty()) {
        return frames.getFirst();
      }
    }
    return null;
  }

  @Test
  void interfacesForwardToEachOtherWithoutACopy() throws Exception {
    netlink.createVeth("left", "right");
    netlink.up("left", true);
    netlink.up("right", true);
    try (PacketSocket out = peer("right");
        Ends in = open("netmap:far");
        Ends near = open("netmap:near");
        Ends left = open("netmap:left")) {
      Crossing crossing = Crossing.of(near.port, 0, left.port, 0);
      for (int i = 0; i < 20; i++) {
        assertTrue(in.send(Ends.frame(i, 300)));
        long end = System.nanoTime() + PATIENCE_NANOS;
        int moved = 0;
        while (moved == 0 && System.nanoTime() < end) {
          moved = crossing.move(64);
        }
        assertEquals(1, moved);
        assertArrayEquals(Ends.frame(i, 300), next(out));
      }
    }
  }

  @Test
  void anInterfacesSpareBuffersStandInForLentFrames() throws Exception {
    try (PacketSocket far = peer("far");
        Ends near = open("netmap:near", "extra-buffers", "8")) {
      Burst held = new Burst(64);
      int lent = 0;
      for (int i = 0; i < 30; i++) {
        far.send(PLAIN, Ends.frame(i, 70));
        Burst one = new Burst(1);
        long end = System.nanoTime() + PATIENCE_NANOS;
        while (one.length[0] == 0 && System.nanoTime() < end) {
          near.port.rx(0).receive(one, 1);
        }
        held.region[lent] = one.region[0];
        held.offset[lent] = one.offset[0];
        held.length[lent++] = one.length[0];
      }
      for (int i = 0; i < lent; i++) {
        byte[] bytes =
            near.memory().asSlice(held.offset[i], held.length[i]).toArray(ValueLayout.JAVA_BYTE);
        assertArrayEquals(Ends.frame(i, 70), bytes, "frame " + i + " while it was lent");
      }
      near.port.rx(0).release(held, 0, lent);
      Statistics counters = new Statistics();
      near.port.statistics(counters);
      assertTrue(counters.more().get("rx_swaps") >= 8, counters.more().toString());
    }
  }

  @Test
  void theHostRingsAreTheKernelsEndOfTheInterface() throws Exception {
    try (PacketSocket stack = peer("near");
        Ends nic = open("netmap:near");
        Ends host = open("netmap:near^")) {
      assertTrue(host.send(Ends.frame(1, 90)), "the host ring took no frame");
      assertArrayEquals(Ends.frame(1, 90), next(stack));
      stack.send(PLAIN, Ends.frame(2, 90));
      assertArrayEquals(Ends.frame(2, 90), host.receive());
      assertNotNull(nic.port.capabilities());
    }
  }

  @Test
  void aMonitorSeesWhatComesAndSendsNothing() throws Exception {
    try (PacketSocket far = peer("far");
        Ends near = open("netmap:near");
        Ends monitor = open("netmap:near/rt")) {
      far.send(PLAIN, Ends.frame(1, 100));
      assertArrayEquals(Ends.frame(1, 100), near.receive());
      assertArrayEquals(Ends.frame(1, 100), monitor.receive());
      assertTrue(near.send(Ends.frame(2, 100)));
      assertArrayEquals(Ends.frame(2, 100), monitor.receive());
      assertEquals(0, monitor.port.tx(0).claim(monitor.burst, 1));
    }
  }

  @Test
  void linkAndRemovalAreReported() throws Exception {
    // The kernel deletes it only when netmap lets go of it: whoever deletes waits for our close.
    CompletableFuture<Void> deleted;
    try (Ends near = open("netmap:near")) {
      netlink.up("far", false);
      await(near, PortEvents.LINK_DOWN);
      netlink.up("far", true);
      await(near, PortEvents.LINK_UP);
      deleted = CompletableFuture.runAsync(this::deleteFar);
      await(near, PortEvents.REMOVED);
      assertEquals(0, near.port.rx(0).receive(near.burst, 1));
      assertEquals(0, near.port.tx(0).claim(near.burst, 1));
    }
    deleted.get(30, TimeUnit.SECONDS);
  }

  private void deleteFar() {
    try {
      netlink.delete("far");
    } catch (LinuxException e) {
      throw new IllegalStateException(e.getMessage(), e);
    }
  }

  private static void await(Ends ends, int event) {
    long end = System.nanoTime() + PATIENCE_NANOS;
    int seen = PortEvents.NONE;
    while (seen != event && System.nanoTime() < end) {
      seen = ends.port.events().next();
    }
    assertEquals(event, seen);
  }

  @Test
  void aPortThatSomebodyHoldsIsNamed() throws Exception {
    try (Ends near = open("netmap:near")) {
      assertNotNull(near.port);
      DriverException e = assertThrows(DriverException.class, () -> open("netmap:near"));
      assertEquals(DriverException.Reason.BUSY, e.reason());
      assertTrue(e.getMessage().contains("netmap:near: EBUSY"), e.getMessage());
    }
  }

  @Test
  void anInterfaceThatIsNotThereIsNamed() {
    DriverException e = assertThrows(DriverException.class, () -> open("netmap:nosuch0"));
    assertEquals(DriverException.Reason.NOT_FOUND, e.reason());
    assertTrue(e.getMessage().contains("nosuch0") && e.getMessage().contains("ENODEV"));
  }

  @Test
  void theMtuIsTheInterfaces() throws Exception {
    try (Ends near = open("netmap:near")) {
      near.port.stop();
      near.port.configure(PortSettings.defaults().withMtu(1400));
      assertEquals(1400, netlink.link("near").mtu());
      assertTrue(near.port.capabilities().maxMtu() <= 2030, "a buffer has 2048 bytes");
    }
  }
}
