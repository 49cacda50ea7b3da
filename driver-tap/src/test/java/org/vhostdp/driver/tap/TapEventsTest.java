package org.vhostdp.driver.tap;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.vhostdp.linux.Fd;
import org.vhostdp.linux.Namespaces;
import org.vhostdp.linux.Netlink;
import org.vhostdp.linux.Poll;
import org.vhostdp.linux.Sockets;
import org.vhostdp.spi.Burst;
import org.vhostdp.spi.Port;
import org.vhostdp.spi.PortEvents;
import org.vhostdp.spi.PortSettings;
import org.vhostdp.spi.Statistics;

@Timeout(60)
final class TapEventsTest {
  /** Only ends a hang. */
  private static final int LIMIT_MILLIS = 20_000;

  private TapLab lab;
  private Port port;

  @BeforeEach
  void open() throws Exception {
    lab = TapLab.open();
    port = lab.started("ifname", "tap0");
  }

  @AfterEach
  void close() {
    if (lab != null) {
      lab.close();
    }
  }

  /** Events until none comes for 100 ms. */
  private List<Integer> events() throws Exception {
    return events(PortEvents.NONE);
  }

  /** Waits for an event, and then for others until none comes for 100 ms. */
  private List<Integer> events(int awaited) throws Exception {
    Poll poll = new Poll(1);
    poll.set(0, port.events().wakeup().fd(), port.events().wakeup().events());
    List<Integer> events = new ArrayList<>();
    while (poll.await(awaited == PortEvents.NONE || events.contains(awaited) ? 100 : LIMIT_MILLIS)
        > 0) {
      for (int event = port.events().next(); event != 0; event = port.events().next()) {
        assertFalse(port.events().detail().isEmpty());
        events.add(event);
      }
    }
    return events;
  }

  @Test
  void aFreshPortIsUpAndHasNothingToTell() throws Exception {
    assertTrue(port.events().linkUp());
    assertEquals(List.of(), events());
    assertFalse(port.events().wakeup().arm());
  }

  @Test
  void downAndUpAreReportedOncePerChange() throws Exception {
    for (int i = 0; i < 3; i++) {
      lab.netlink.up("tap0", false);
      assertEquals(List.of(PortEvents.LINK_DOWN), events(PortEvents.LINK_DOWN));
      assertFalse(port.events().linkUp());
      lab.netlink.up("tap0", true);
      assertEquals(List.of(PortEvents.LINK_UP), events(PortEvents.LINK_UP));
      assertTrue(port.events().linkUp());
    }
  }

  @Test
  void anMtuFromOutsideIsReported() throws Exception {
    lab.netlink.mtu("tap0", 1400);
    assertEquals(List.of(PortEvents.CHANGED), events(PortEvents.CHANGED));
    assertTrue(port.events().detail().contains("1400"));
    port.configure(PortSettings.defaults().withMtu(1300));
    assertEquals(List.of(), events());
  }

  @Test
  void changesOfOtherInterfacesAreNot() throws Exception {
    lab.netlink.createVeth("a", "b");
    lab.netlink.up("a", true);
    lab.netlink.delete("a");
    assertEquals(List.of(), events());
  }

  @Test
  void framesOfADownInterfaceAreLostAndCounted() throws Exception {
    lab.netlink.up("tap0", false);
    Burst burst = new Burst(8);
    for (int round = 0; round < 100; round++) {
      assertEquals(8, port.tx(0).claim(burst, 8));
      for (int i = 0; i < 8; i++) {
        burst.length[i] = 64;
      }
      assertEquals(8, port.tx(0).transmit(burst, 0, 8));
    }
    Statistics statistics = new Statistics();
    port.statistics(statistics);
    assertEquals(800, statistics.txDropped);
    assertEquals(800, statistics.more().get("tx_interface_down"));
    assertEquals(0, statistics.txFrames);
    lab.netlink.up("tap0", true);
    TapLab.Wire wire = lab.wire("tap0");
    assertEquals(1, Frames.send(port, Frames.of(64, 1)));
    assertNotNull(wire.receive(20_000));
  }

  @Test
  void aDeletedInterfaceIsReportedAndDoesNotSpin() throws Exception {
    lab.netlink.delete("tap0");
    List<Integer> events = events(PortEvents.REMOVED);
    assertEquals(PortEvents.REMOVED, events.getLast());
    assertEquals(1, events.stream().filter(e -> e == PortEvents.REMOVED).count());
    assertTrue(events.size() <= 2, "link down may come first: " + events);
    assertFalse(port.events().linkUp());
    Burst burst = new Burst(4);
    assertEquals(0, port.rx(0).receive(burst, 4));
    assertEquals(0, port.rx(0).receiveInto(burst, 4));
    assertFalse(port.rx(0).wakeup().arm());
    assertFalse(port.tx(0).wakeup().arm());
    assertEquals(0, port.tx(0).claim(burst, 4));
    assertEquals(0, port.tx(0).transmit(burst, 0, 1));
    assertEquals(Burst.REFUSED, burst.status[0], "never: dropped, no back-pressure");
    assertEquals(List.of(), events());
    port.stop();
    port.close();
    assertEquals(List.of(), lab.log);
  }

  @Test
  void aDeletedInterfaceIsNoticedByWhoeverTransmitsFirst() throws Exception {
    Burst burst = new Burst(1);
    assertEquals(1, port.tx(0).claim(burst, 1));
    burst.length[0] = 64;
    lab.netlink.delete("tap0");
    assertEquals(0, port.tx(0).transmit(burst, 0, 1));
    assertEquals(Burst.REFUSED, burst.status[0]);
    port.tx(0).unclaim(burst, 0, 1);
  }

  @Test
  void aMovedInterfaceGoesOn() throws Exception {
    TapLab.Wire wire;
    try (Fd elsewhere = Namespaces.create()) {
      lab.netlink.moveTo("tap0", elsewhere.raw());
      List<Integer> events = events(PortEvents.CHANGED);
      assertEquals(PortEvents.CHANGED, events.getLast());
      assertTrue(port.events().detail().contains("moved"), port.events().detail());
      wire =
          Namespaces.in(
              elsewhere,
              () -> {
                try (var netlink = Netlink.open()) {
                  netlink.up("tap0", true);
                  int index = netlink.link("tap0").index();
                  return new TapLab.Wire(Sockets.packet(index, true));
                }
              });
      try (wire) {
        wire.send(Frames.of(64, 1));
        assertNotNull(Frames.receive(port));
      }
    }
  }
}
