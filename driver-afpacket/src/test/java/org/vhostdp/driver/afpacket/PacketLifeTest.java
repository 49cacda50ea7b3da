package org.vhostdp.driver.afpacket;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.vhostdp.linux.Fd;
import org.vhostdp.linux.Mapping;
import org.vhostdp.linux.Poll;
import org.vhostdp.spi.Burst;
import org.vhostdp.spi.DriverException;
import org.vhostdp.spi.Port;
import org.vhostdp.spi.PortEvents;
import org.vhostdp.spi.Statistics;
import org.vhostdp.spi.Wakeup;

/** An interface that changes under a port, and ports that come and go. */
final class PacketLifeTest {
  /** Milliseconds, to end a hang: Linux tells of a link a second late at times. */
  private static final long PATIENCE = 20_000;

  private PacketLab lab;

  @BeforeEach
  void open() throws Exception {
    lab = PacketLab.open();
  }

  @AfterEach
  void close() {
    if (lab != null) {
      lab.close();
    }
  }

  private static int await(PortEvents events) throws Exception {
    Poll poll = new Poll(1);
    poll.set(0, events.wakeup().fd(), Poll.IN);
    long end = System.nanoTime() + PATIENCE * 1_000_000;
    int event = events.next();
    while (event == PortEvents.NONE && System.nanoTime() < end) {
      if (!events.wakeup().arm()) {
        poll.await(100);
      }
      event = events.next();
    }
    return event;
  }

  private static boolean sleeps(Wakeup wakeup) throws Exception {
    Poll poll = new Poll(1);
    poll.set(0, wakeup.fd(), wakeup.events());
    return !wakeup.arm() && poll.await(20) == 0;
  }

  @Test
  void anInterfaceGoesDownAndComesUp() throws Exception {
    Port port = lab.started();
    PacketLab.Peer peer = lab.peer();
    lab.netlink.up(PacketLab.NEAR, false);
    assertEquals(PortEvents.LINK_DOWN, await(port.events()));
    // Neither an error that keeps the sleeper awake nor back-pressure without end.
    assertTrue(sleeps(port.rx(0).wakeup()), "a link that is down woke the receiver");
    for (int i = 0; i < 600; i++) {
      assertEquals(1, Frames.transmit(port, 0, Frames.of(100, i)));
    }
    Statistics counters = new Statistics();
    port.statistics(counters);
    assertEquals(600, counters.txDropped);
    lab.netlink.up(PacketLab.NEAR, true);
    assertEquals(PortEvents.LINK_UP, await(port.events()));
    assertEquals(1, Frames.transmit(port, 0, Frames.of(100, 1007)));
    peer.await(1007, PATIENCE);
    assertFalse(port.rx(0).wakeup().arm());
    assertEquals(0, peer.send(Frames.of(100, 8)));
    Poll poll = new Poll(1);
    poll.set(0, port.rx(0).wakeup().fd(), Poll.IN);
    assertEquals(1, poll.await((int) PATIENCE), "after the link came back nobody is woken");
    assertEquals(1, Frames.receive(port, 0, 1, PATIENCE).size());
  }

  @Test
  void theFarEndGoesDownAndComesUp() throws Exception {
    for (String bypass : new String[] {"false", "true"}) {
      Port port = lab.started("qdisc-bypass", bypass);
      lab.netlink.up(PacketLab.FAR, false);
      assertEquals(PortEvents.LINK_DOWN, await(port.events()));
      for (int i = 0; i < 600; i++) {
        assertEquals(1, Frames.transmit(port, 0, Frames.of(100, i)));
      }
      lab.netlink.up(PacketLab.FAR, true);
      assertEquals(PortEvents.LINK_UP, await(port.events()));
      PacketLab.Peer peer = lab.peer();
      assertEquals(1, Frames.transmit(port, 0, Frames.of(100, 1009)));
      peer.await(1009, PATIENCE);
      port.close();
    }
  }

  @Test
  void anInterfaceIsDeleted() throws Exception {
    Port port = lab.started();
    Burst burst = new Burst(2);
    assertEquals(2, port.tx(0).claim(burst, 2));
    lab.netlink.delete(PacketLab.NEAR);
    burst.length[0] = 100;
    burst.length[1] = 100;
    assertEquals(0, port.tx(0).transmit(burst, 0, 2));
    assertEquals(Burst.REFUSED, burst.status[0]);
    assertEquals(0, port.rx(0).receive(burst, 2));
    int event = await(port.events());
    if (event == PortEvents.LINK_DOWN) {
      event = await(port.events());
    }
    assertEquals(PortEvents.REMOVED, event);
    assertTrue(port.events().detail().contains("near was deleted"), port.events().detail());
    assertTrue(sleeps(port.rx(0).wakeup()), "a deleted interface keeps the receiver awake");
    port.stop();
    DriverException e = assertThrows(DriverException.class, port::start);
    assertTrue(e.getMessage().contains("near was deleted"), e.getMessage());
  }

  @Test
  void anInterfaceIsRenamed() throws Exception {
    Port port = lab.started();
    PacketLab.Peer peer = lab.peer();
    lab.in(() -> new ProcessBuilder("ip", "link", "set", "near", "name", "anew").start().waitFor());
    assertEquals(PortEvents.CHANGED, await(port.events()));
    assertTrue(port.events().detail().contains("is called anew now"), port.events().detail());
    assertEquals(1, Frames.transmit(port, 0, Frames.of(100, 1)));
    assertEquals(1, Frames.number(peer.receive(PATIENCE).frame()));
    port.stop();
    port.start();
    assertEquals(0, peer.send(Frames.of(100, 2)));
    assertEquals(1, Frames.receive(port, 0, 1, PATIENCE).size());
  }

  @Test
  void nothingIsLeftAfterManyRounds() throws Exception {
    long descriptors = Fd.openCount();
    long mappings = Mapping.openCount();
    for (int i = 0; i < 20; i++) {
      try (Port port = lab.started("receive", i % 2 == 0 ? "v2" : "v3", "ring", "64")) {
        assertEquals(1, Frames.transmit(port, 0, Frames.of(100, i)));
        port.stop();
        port.start();
      }
    }
    assertEquals(descriptors, Fd.openCount());
    assertEquals(mappings, Mapping.openCount());
  }

  @Test
  void lentFramesDoNotKeepASleeperAwake() throws Exception {
    for (String version : new String[] {"v2", "v3"}) {
      try (Port port = lab.started("receive", version)) {
        PacketLab.Peer peer = lab.peer();
        peer.send(Frames.of(100, 1));
        Burst burst = new Burst(1);
        long end = System.nanoTime() + PATIENCE * 1_000_000;
        while (port.rx(0).receive(burst, 1) == 0) {
          assertTrue(System.nanoTime() < end, "the frame did not come");
        }
        assertTrue(sleeps(port.rx(0).wakeup()), "a lent frame woke the receiver, " + version);
        peer.send(Frames.of(100, 2));
        Poll poll = new Poll(1);
        poll.set(0, port.rx(0).wakeup().fd(), Poll.IN);
        assertEquals(1, poll.await((int) PATIENCE), "nobody was woken, " + version);
        port.rx(0).release(burst, 0, 1);
        assertEquals(2, Frames.number(Frames.receive(port, 0, 1, PATIENCE).getFirst()));
      }
    }
  }
}
