package org.vhostdp.driver.tap;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.vhostdp.spi.Burst;
import org.vhostdp.spi.DriverException;
import org.vhostdp.spi.ForeignMemory;
import org.vhostdp.spi.Port;
import org.vhostdp.spi.PortEvents;
import org.vhostdp.spi.PortSettings;
import org.vhostdp.spi.Statistics;

/** A macvtap on one end of a veth pair; the wire is the other end. */
@Timeout(60)
final class MacvtapTest {
  private TapLab lab;
  private String device;
  private TapLab.Wire wire;

  @BeforeEach
  void open() throws Exception {
    lab = TapLab.open();
    lab.netlink.createVeth("lower", "peer");
    lab.netlink.up("lower", true);
    lab.netlink.up("peer", true);
    int next = lab.netlink.links().stream().mapToInt(link -> link.index()).max().orElseThrow() + 1;
    device = "/dev/tap" + next;
    boolean taken = Files.exists(Path.of(device));
    lab.netlink.createMacvtap("mvt0", "lower");
    // The node's name is the interface's number, which only devtmpfs makes into a file at once.
    boolean there = !taken && Files.exists(Path.of(device));
    TapLab.needs(there, "the kernel made no node " + device + " for the macvtap");
    lab.netlink.mac("mvt0", Frames.STATION);
    wire = lab.wire("peer");
  }

  @AfterEach
  void close() throws Exception {
    if (lab != null) {
      // The namespace goes later than this test; its device node must not wait for that.
      if (lab.netlink.links().stream().anyMatch(link -> link.name().equals("lower"))) {
        lab.netlink.delete("lower");
      }
      lab.close();
    }
  }

  private byte[] toStation(int length, int seed) {
    byte[] frame = Frames.of(length, seed);
    ByteBuffer.wrap(frame).put(Frames.STATION).put(Frames.PEER);
    return frame;
  }

  private byte[] fromStation(int length, int seed) {
    byte[] frame = Frames.of(length, seed);
    ByteBuffer.wrap(frame).put(Frames.PEER).put(Frames.STATION);
    return frame;
  }

  @Test
  void bytesAreIdenticalBothWays() throws Exception {
    Port port = lab.started("device", device);
    assertTrue(lab.netlink.link("mvt0").up());
    for (int length = 60; length <= 1514; length += 7) {
      byte[] out = fromStation(length, 1);
      assertEquals(1, Frames.send(port, out));
      assertArrayEquals(out, wire.receive(20_000));
      byte[] in = toStation(length, 2);
      wire.send(in);
      assertArrayEquals(in, Frames.receive(port).bytes());
    }
  }

  @Test
  void aBurstKeepsItsOrder() throws Exception {
    Port port = lab.started("device", device);
    Burst burst = new Burst(40);
    assertEquals(40, port.tx(0).claim(burst, 40));
    MemorySegment memory = port.regions().get(0).segment();
    for (int i = 0; i < 40; i++) {
      byte[] frame = fromStation(60 + i, i);
      MemorySegment.copy(frame, 0, memory, ValueLayout.JAVA_BYTE, burst.offset[i], frame.length);
      burst.length[i] = frame.length;
    }
    assertEquals(40, port.tx(0).transmit(burst, 0, 40));
    for (int i = 0; i < 40; i++) {
      assertArrayEquals(fromStation(60 + i, i), wire.receive(20_000));
    }
    Statistics statistics = new Statistics();
    port.statistics(statistics);
    long expected = lab.notes.isEmpty() ? 1 : 0;
    assertEquals(expected, statistics.more().get("tx_uring_bursts"), "" + lab.notes);
  }

  @Test
  void stopSilencesAndStartReplaysNothing() throws Exception {
    Port port = lab.started("device", device);
    wire.send(toStation(64, 1));
    assertNotNull(Frames.receive(port));
    wire.send(toStation(64, 2));
    port.stop();
    wire.send(toStation(64, 3));
    port.start();
    assertEquals(0, Frames.receive(port, 0, 1, 30).size());
    byte[] next = toStation(64, 4);
    wire.send(next);
    assertArrayEquals(next, Frames.receive(port).bytes());
  }

  @Test
  void queuesAreAddedAndToggled() throws Exception {
    PortSettings two = PortSettings.defaults().withQueuePairs(2);
    Port port = lab.started(two, "device", device);
    assertEquals(50, receivedOf50(port));
    port.configure(two.withActiveQueuePairs(1));
    for (int i = 0; i < 50; i++) {
      wire.send(udp(i));
    }
    assertEquals(50, Frames.receive(port, 0, 50, 20_000).size());
    for (int queue = 0; queue < 2; queue++) {
      byte[] out = fromStation(100, queue);
      assertEquals(1, Frames.send(port, queue, new Burst(1), out, 0, 0));
      assertArrayEquals(out, wire.receive(20_000));
    }
  }

  private static byte[] udp(int flow) {
    byte[] udp = new byte[30];
    udp[1] = (byte) flow;
    udp[3] = 9;
    udp[5] = 30;
    return Frames.ipv4(Frames.STATION, Frames.PEER, 0x0A000000 + flow, 0x0A000102, 17, udp);
  }

  private int receivedOf50(Port port) throws Exception {
    for (int i = 0; i < 50; i++) {
      wire.send(udp(i));
    }
    return Arrays.stream(Frames.spread(port, 2, 50)).sum();
  }

  @Test
  void theStationsAddressIsTheInterfaces() throws Exception {
    Port port = lab.started("device", device);
    byte[] other = Frames.mac(2, 77);
    port.configure(PortSettings.defaults().withMac(other));
    assertArrayEquals(other, lab.netlink.link("mvt0").mac());
    byte[] frame = toStation(64, 1);
    wire.send(frame);
    assertEquals(0, Frames.receive(port, 0, 1, 30).size(), "not its own any more");
    System.arraycopy(other, 0, frame, 0, 6);
    wire.send(frame);
    assertArrayEquals(frame, Frames.receive(port).bytes());
  }

  @Test
  void anMtuBeyondTheLowerInterfaceIsUndone() throws Exception {
    Port port = lab.started("device", device);
    PortSettings settings = PortSettings.defaults();
    DriverException e =
        assertThrows(
            DriverException.class,
            () -> port.configure(settings.withMtu(9000).withMac(Frames.mac(2, 78))));
    assertTrue(e.getMessage().contains("mvt0: EINVAL"), e.getMessage());
    assertEquals(1500, lab.netlink.link("mvt0").mtu());
    assertArrayEquals(Frames.STATION, lab.netlink.link("mvt0").mac());
  }

  @Test
  void aFrameTooLongForTheBuffersIsCountedNotCut() throws Exception {
    Port port = lab.started("device", device);
    try (Arena arena = Arena.ofShared()) {
      ForeignMemory foreign = port.facet(ForeignMemory.class).orElseThrow();
      Burst burst = new Burst(1);
      burst.region[0] = foreign.lend(arena.allocate(4096), ForeignMemory.WRITABLE);
      burst.room[0] = 100;
      wire.send(toStation(300, 1));
      int used = 0;
      for (int i = 0; i < 100_000 && used == 0; i++) {
        used = port.rx(0).receiveInto(burst, 1);
        Thread.sleep(0, 100_000);
      }
      assertEquals(-1, used);
    }
    Statistics statistics = new Statistics();
    port.statistics(statistics);
    assertEquals(1, statistics.rxErrors);
  }

  @Test
  void aDeletedMacvtapIsReportedAndDoesNotSpin() throws Exception {
    Port port = lab.started("device", device);
    lab.netlink.delete("mvt0");
    int last = PortEvents.NONE;
    for (int i = 0; i < 10_000 && last != PortEvents.REMOVED; i++) {
      int event = port.events().next();
      last = event == PortEvents.NONE ? last : event;
      Thread.sleep(1);
    }
    assertEquals(PortEvents.REMOVED, last);
    assertEquals(0, port.rx(0).receive(new Burst(4), 4));
    Frames.send(port, fromStation(64, 1));
    assertNull(wire.receive(1));
    port.close();
    assertThrows(DriverException.class, () -> lab.port("device", device));
  }
}
