package org.vhostdp.tck.stock;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.vhostdp.linux.Capability;
import org.vhostdp.linux.Fd;
import org.vhostdp.linux.Netlink;
import org.vhostdp.spi.Offload;
import org.vhostdp.tck.harness.Faults;
import org.vhostdp.tck.harness.Harness;
import org.vhostdp.tck.harness.Wire;
import org.vhostdp.tck.harness.WireFrame;
import org.vhostdp.tck.rule.Frames;

/** A veth wire, with a packet socket in the place of a driver. */
final class VethWireTest {
  /** Ends a hang. */
  private static final Duration PATIENCE = Duration.ofSeconds(20);

  private static final Path OWN = Path.of("/proc/thread-self/ns/net");

  @BeforeEach
  void needs() {
    for (int c :
        new int[] {Capability.CAP_NET_ADMIN, Capability.CAP_NET_RAW, Capability.CAP_SYS_ADMIN}) {
      boolean has = Capability.has(c);
      if (!has) {
        System.out.println("SKIPPED: this process lacks " + Capability.name(c));
      }
      Assumptions.assumeTrue(has, "this process lacks " + Capability.name(c));
    }
  }

  /** Where a port would be: opened in the thread's own namespace, as a driver without netns. */
  private static PacketPeer near(Wire wire) throws Exception {
    try (Netlink netlink = Netlink.open()) {
      PacketPeer peer = new PacketPeer();
      peer.bind(netlink.link(wire.config().get("ifname")).index());
      return peer;
    }
  }

  private static VethWires wires() {
    return new VethWires(new PacketDriver(), Map.of("ifname", "{device}"), Map.of());
  }

  @Test
  void everyLengthCrossesBothWaysAndNothingIsLeft() throws Exception {
    String home = Files.readSymbolicLink(OWN).toString();
    long descriptors = Fd.openCount();
    try (Wire wire = wires().make(Harness.Request.plain());
        PacketPeer near = near(wire)) {
      assertNotEquals(home, Files.readSymbolicLink(OWN).toString());
      wire.started();
      for (int length = 26; length <= 1514; length++) {
        byte[] frame = Frames.numbered(length, length);
        assertTrue(near.send(WireFrame.plain(frame)));
        assertArrayEquals(frame, wire.receive(PATIENCE).orElseThrow().bytes());
        assertTrue(wire.send(WireFrame.plain(frame)));
        assertArrayEquals(frame, near.receive(PATIENCE).orElseThrow().bytes());
      }
    }
    assertEquals(home, Files.readSymbolicLink(OWN).toString());
    assertEquals(descriptors, Fd.openCount());
  }

  @Test
  void aPartialChecksumCrosses() throws Exception {
    WireFrame frame =
        new WireFrame(Frames.numbered(1, 200), Offload.CSUM_PARTIAL, Offload.pack(40, 6, 0, 0), 0);
    try (Wire wire = wires().make(Harness.Request.plain());
        PacketPeer near = near(wire)) {
      wire.started();
      assertTrue(wire.send(frame));
      WireFrame got = near.receive(PATIENCE).orElseThrow();
      assertEquals(frame.flags(), got.flags());
      assertEquals(frame.offload(), got.offload());
      assertArrayEquals(frame.bytes(), got.bytes());
    }
  }

  @Test
  void aFrameBeyondTheNearMtuIsNotSent() throws Exception {
    try (Wire wire = wires().make(Harness.Request.plain());
        PacketPeer near = near(wire)) {
      wire.started();
      assertFalse(wire.send(WireFrame.plain(Frames.numbered(1, 3000))));
      assertEquals(Optional.empty(), near.receive(Duration.ofMillis(20)));
    }
  }

  @Test
  void thePlugIsPulledAndTheDeviceRemoved() throws Exception {
    try (Wire wire = wires().make(Harness.Request.plain());
        Netlink netlink = Netlink.open()) {
      String device = wire.config().get("ifname");
      Faults faults = wire.faults().orElseThrow();
      wire.started();
      assertTrue(faults.link(false));
      awaitDown(netlink, device);
      assertTrue(faults.link(true));
      wire.started();
      assertTrue(netlink.link(device).running());
      assertEquals(Set.of(), faults.traces().orElseThrow());
      String absent = faults.absent().orElseThrow().get("ifname");
      assertTrue(netlink.links().stream().noneMatch(link -> link.name().equals(absent)));
      assertTrue(faults.remove());
      assertTrue(netlink.links().stream().noneMatch(link -> link.name().equals(device)));
    }
  }

  /** Linux tells of a carrier that is lost a moment late. */
  private static void awaitDown(Netlink netlink, String device) throws Exception {
    long end = System.nanoTime() + PATIENCE.toNanos();
    while (netlink.link(device).running()) {
      assertTrue(System.nanoTime() < end, device + " has a carrier although its peer is down");
      Thread.sleep(1);
    }
  }

  @Test
  void wiresOfOneHarnessShareItsNamespace() throws Exception {
    VethWires wires = wires();
    String home = Files.readSymbolicLink(OWN).toString();
    try (Wire one = wires.make(Harness.Request.plain())) {
      String inside = Files.readSymbolicLink(OWN).toString();
      try (Wire two = wires.make(Harness.Request.plain())) {
        assertNotEquals(one.config(), two.config());
        assertEquals(inside, Files.readSymbolicLink(OWN).toString());
      }
      assertEquals(inside, Files.readSymbolicLink(OWN).toString());
    }
    assertEquals(home, Files.readSymbolicLink(OWN).toString());
  }

  @Test
  void anInterfaceThatSeveralMayOpenIsNotBusy() throws Exception {
    VethWires wires = wires();
    try (Wire wire = wires.make(Harness.Request.plain())) {
      assertEquals(Optional.empty(), wire.faults().orElseThrow().busy());
      assertEquals(Set.of(), wire.faults().orElseThrow().traces().orElseThrow());
    }
  }

  @Test
  void jumboFramesCrossWhenTheyAreAskedFor() throws Exception {
    try (Wire wire = wires().make(new Harness.Request(1, 9000));
        PacketPeer near = near(wire)) {
      wire.started();
      byte[] frame = Frames.numbered(1, 9014);
      assertTrue(near.send(WireFrame.plain(frame)));
      assertArrayEquals(frame, wire.receive(PATIENCE).orElseThrow().bytes());
      assertTrue(wire.send(WireFrame.plain(frame)));
      assertArrayEquals(frame, near.receive(PATIENCE).orElseThrow().bytes());
    }
  }
}
