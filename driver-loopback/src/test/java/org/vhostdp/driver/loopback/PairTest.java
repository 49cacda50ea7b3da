package org.vhostdp.driver.loopback;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.vhostdp.linux.Fd;
import org.vhostdp.linux.LinuxException;
import org.vhostdp.linux.Mapping;
import org.vhostdp.linux.Poll;
import org.vhostdp.spi.Burst;
import org.vhostdp.spi.DriverException;
import org.vhostdp.spi.Port;
import org.vhostdp.spi.PortEvents;
import org.vhostdp.spi.PortSettings;
import org.vhostdp.spi.Statistics;

@Timeout(60)
class PairTest {
  private static final PortSettings ONE = PortSettings.defaults();

  private static Port end(String wire) throws DriverException {
    return Rig.start(ONE, "mode", "pair", "wire", wire, "depth", "64");
  }

  @Test
  void framesCrossBothWays() throws DriverException {
    try (Port a = end("both");
        Port b = end("both")) {
      Rig.send(a, 0, Rig.frame(1514, 1));
      Rig.send(b, 0, Rig.frame(60, 2), Rig.frame(61, 3));
      assertArrayEquals(Rig.frame(1514, 1), Rig.receive(b, 0).get(0));
      assertEquals(0, Rig.receive(b, 0).size());
      assertArrayEquals(Rig.frame(61, 3), Rig.receive(a, 0).get(1));
    }
  }

  @Test
  void queuesBeyondTheOtherEndsWrapAround() throws DriverException {
    String[] config = {"mode", "pair", "wire", "wrap"};
    try (Port a = Rig.start(ONE.withQueuePairs(3), config);
        Port b = Rig.start(ONE.withQueuePairs(2), config)) {
      for (int queue = 0; queue < 3; queue++) {
        Rig.send(a, queue, Rig.frame(60, queue));
      }
      assertEquals(2, Rig.receive(b, 0).size());
      assertEquals(1, Rig.receive(b, 1).size());
    }
  }

  @Test
  void theLinkFollowsTheOtherEnd() throws DriverException, LinuxException {
    try (Port a = end("link")) {
      PortEvents events = a.events();
      assertFalse(events.linkUp());
      assertEquals(PortEvents.NONE, events.next());
      assertFalse(events.wakeup().arm());
      Poll poll = new Poll(1);
      poll.set(0, events.wakeup().fd(), Poll.IN);
      assertEquals(0, poll.await(0));
      Port b = end("link");
      assertTrue(b.events().linkUp());
      assertEquals(PortEvents.NONE, b.events().next());
      assertEquals(1, poll.await(1000));
      assertTrue(events.linkUp());
      assertTrue(events.wakeup().arm());
      assertEquals(PortEvents.LINK_UP, events.next());
      assertEquals("The wire's other end was opened.", events.detail());
      b.close();
      assertFalse(events.linkUp());
      assertEquals(PortEvents.LINK_DOWN, events.next());
      assertEquals("The other end was closed.", events.detail());
      assertEquals(PortEvents.NONE, events.next());
    }
  }

  @Test
  void linkEventsThatNobodyPollsAreBounded() throws DriverException {
    try (Port a = end("flap")) {
      for (int i = 0; i < 500; i++) {
        Rig.open(new Rig.Ear(), "mode", "pair", "wire", "flap").close();
      }
      int n = 0;
      int last = PortEvents.NONE;
      for (int kind = a.events().next(); kind != PortEvents.NONE; kind = a.events().next()) {
        assertEquals(n % 2 == 0 ? PortEvents.LINK_UP : PortEvents.LINK_DOWN, kind);
        last = kind;
        n++;
      }
      assertEquals(64, n);
      assertEquals(PortEvents.LINK_DOWN, last);
    }
  }

  @Test
  void aWireHasTwoEnds() throws DriverException {
    long fds = Fd.openCount();
    try (Port a = end("two");
        Port b = end("two")) {
      long before = Fd.openCount();
      DriverException refused = assertThrows(DriverException.class, () -> end("two"));
      assertEquals(DriverException.Reason.BUSY, refused.reason());
      assertEquals(
          "The wire \"two\" has two ports already. Close one of them or choose another name.",
          refused.getMessage());
      assertEquals(before, Fd.openCount());
      assertTrue(a.events().linkUp() && b.events().linkUp());
    }
    assertEquals(fds, Fd.openCount());
  }

  @Test
  void whatNobodyIsThereToReceiveIsLostAndCounted() throws DriverException {
    try (Port a = end("alone");
        Port b = Rig.open(new Rig.Ear(), "mode", "pair", "wire", "alone")) {
      Rig.send(a, 0, Rig.frame(60, 1), Rig.frame(60, 2));
      b.configure(ONE);
      b.start();
      assertEquals(0, Rig.receive(b, 0).size());
      Statistics lost = Rig.statistics(a);
      assertEquals(2, lost.txDropped);
      assertEquals(0, lost.txFrames);
      Rig.send(a, 0, Rig.frame(60, 3));
      assertArrayEquals(Rig.frame(60, 3), Rig.receive(b, 0).get(0));
    }
  }

  @Test
  void aFrameLongerThanTheReceiversIsCountedNotCut() throws DriverException {
    try (Port a = end("long");
        Port b =
            Rig.start(
                ONE,
                "mode",
                "pair",
                "wire",
                "long",
                "mtu",
                "1500",
                "offloads",
                "none",
                "frame-room",
                "1522")) {
      Rig.send(a, 0, Rig.frame(1600, 1), Rig.frame(1500, 2));
      assertArrayEquals(Rig.frame(1500, 2), Rig.receive(b, 0).get(0));
      Statistics seen = Rig.statistics(b);
      assertEquals(1, seen.rxDropped);
      assertEquals(1, seen.more().get("too_long"));
    }
  }

  @Test
  void anEndMayComeAndGoUnderTraffic() throws Exception {
    long fds = Fd.openCount();
    long mappings = Mapping.openCount();
    AtomicBoolean over = new AtomicBoolean();
    AtomicReference<Throwable> failure = new AtomicReference<>();
    try (Port a = end("churn")) {
      Thread io = new Thread(() -> exchange(a, over, failure));
      io.start();
      long received = 0;
      for (int round = 0; round < 300; round++) {
        try (Port b = end("churn")) {
          for (int i = 0; i < 50; i++) {
            received += Rig.receive(b, 0).size();
            offer(b);
          }
          b.stop();
          b.start();
          received += Rig.receive(b, 0).size();
        }
      }
      over.set(true);
      io.join(10_000);
      assertFalse(io.isAlive());
      assertEquals(null, failure.get());
      assertTrue(received > 0);
      assertTrue(Rig.statistics(a).rxFrames > 0);
    } finally {
      over.set(true);
    }
    assertEquals(fds, Fd.openCount());
    assertEquals(mappings, Mapping.openCount());
  }

  /** Sends a frame if there is room. */
  private static void offer(Port port) {
    Burst burst = new Burst(1);
    assertEquals(1, port.tx(0).claim(burst, 1));
    Rig.fill(port, burst, 0, Rig.frame(60, 0));
    int sent = port.tx(0).transmit(burst, 0, 1);
    port.tx(0).unclaim(burst, 0, 1 - sent);
  }

  private static void exchange(Port a, AtomicBoolean over, AtomicReference<Throwable> failure) {
    try {
      Burst tx = new Burst(16);
      Burst rx = new Burst(16);
      while (!over.get()) {
        int n = a.tx(0).claim(tx, 16);
        for (int i = 0; i < n; i++) {
          tx.length[i] = 60;
          tx.flags[i] = 0;
        }
        int sent = a.tx(0).transmit(tx, 0, n);
        a.tx(0).unclaim(tx, sent, n - sent);
        if (sent < n) {
          a.tx(0).wakeup().arm();
        }
        int got = a.rx(0).receive(rx, 16);
        a.rx(0).release(rx, 0, got);
      }
    } catch (Throwable e) {
      failure.set(e);
    }
  }
}
