package org.vhostdp.driver.dpdk;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.vhostdp.spi.Burst;
import org.vhostdp.spi.Offload;
import org.vhostdp.spi.Port;
import org.vhostdp.spi.PortSettings;
import org.vhostdp.spi.Statistics;

/** Frames through net_ring and net_null. */
@Timeout(60)
final class DpdkTransferTest {
  private static final int MORE_THAN_A_RING = 2000;

  @Test
  void framesCrossAWireInBothDirections() throws Exception {
    try (DpdkLab lab = DpdkLab.open()) {
      Port a = lab.started("wire", "both");
      Port b = lab.started("wire", "both");
      assertEquals(20, DpdkLab.send(a, 20, 100));
      assertEquals(7, DpdkLab.send(b, 7, 1500));
      List<byte[]> there = DpdkLab.received(b, 64);
      assertEquals(20, there.size());
      assertEquals(20, there.get(19)[99]);
      assertEquals(7, DpdkLab.received(a, 64).size());
      Statistics counters = new Statistics();
      b.statistics(counters);
      assertEquals(2000, counters.rxBytes);
      assertEquals(7 * 1500, counters.txBytes);
    }
  }

  @Test
  void aFrameOfSeveralMbufsStaysOneFrame() throws Exception {
    try (DpdkLab lab = DpdkLab.open()) {
      Port a = lab.started("wire", "chain");
      Port b = lab.started("wire", "chain");
      Burst burst = new Burst(8);
      assertEquals(3, a.tx(0).claim(burst, 3));
      for (int i = 0; i < 3; i++) {
        burst.length[i] = 1000 + i;
        burst.flags[i] = i < 2 ? Offload.MORE : 0;
      }
      assertEquals(3, a.tx(0).transmit(burst, 0, 3));
      assertEquals(0, b.rx(0).receive(burst, 2));
      assertEquals(3, b.rx(0).receive(burst, 8));
      assertArrayEquals(
          new int[] {Offload.MORE, Offload.MORE, 0},
          new int[] {burst.flags[0], burst.flags[1], burst.flags[2]});
      assertEquals(1002, burst.length[2]);
      b.rx(0).release(burst, 0, 3);
      // Each mbuf went back alone: sent again, it is a frame of its own.
      assertEquals(64, DpdkLab.send(a, 64, 60));
      assertEquals(64, DpdkLab.received(b, 64).size());
    }
  }

  @Test
  void aFullWireTakesAPartAndLosesNothing() throws Exception {
    try (DpdkLab lab = DpdkLab.open()) {
      Port a = lab.started("wire", "full");
      Port b = lab.started("wire", "full");
      int sent = 0;
      int now = 1;
      while (now > 0 && sent < MORE_THAN_A_RING) {
        now = DpdkLab.send(a, 30, 60);
        sent += now;
      }
      assertTrue(sent < MORE_THAN_A_RING, "a ring without end");
      Burst burst = new Burst(4);
      assertEquals(1, a.tx(0).claim(burst, 1));
      burst.length[0] = 60;
      assertEquals(0, a.tx(0).transmit(burst, 0, 1));
      assertEquals(Burst.FULL, burst.status[0]);
      int received = 0;
      int got = DpdkLab.received(b, 64).size();
      while (got > 0) {
        received += got;
        got = DpdkLab.received(b, 64).size();
      }
      assertEquals(sent, received);
      assertEquals(1, a.tx(0).transmit(burst, 0, 1));
    }
  }

  @Test
  void anMbufNamedTwiceIsSentOnce() throws Exception {
    try (DpdkLab lab = DpdkLab.open()) {
      Port a = lab.started("wire", "twice");
      Port b = lab.started("wire", "twice");
      Burst burst = new Burst(4);
      assertEquals(1, a.tx(0).claim(burst, 1));
      burst.offset[1] = burst.offset[0];
      burst.length[0] = 60;
      burst.length[1] = 60;
      assertEquals(1, a.tx(0).transmit(burst, 0, 2));
      assertEquals(Burst.BAD_MEMORY, burst.status[1]);
      assertThrows(IllegalStateException.class, () -> a.tx(0).unclaim(burst, 0, 1));
      assertEquals(1, DpdkLab.received(b, 4).size());
    }
  }

  @Test
  void whatNullSendsIsReceivedAndWhatItTakesIsGone() throws Exception {
    try (DpdkLab lab = DpdkLab.open()) {
      Port port = lab.started("vdev", "net_null7,size=200");
      assertEquals(32, DpdkLab.send(port, 32, 64));
      List<byte[]> frames = DpdkLab.received(port, 32);
      assertEquals(32, frames.size());
      assertEquals(200, frames.get(0).length);
    }
  }

  @Test
  void aPacketLongerThanItsMbufIsRefused() throws Exception {
    try (DpdkLab lab = DpdkLab.open()) {
      // net_null writes no bytes, and says that there are more than an mbuf holds.
      Port port = lab.started("vdev", "net_null8,size=9000");
      assertEquals(0, DpdkLab.received(port, 32).size());
      Statistics counters = new Statistics();
      port.statistics(counters);
      assertEquals(32, counters.rxErrors);
    }
  }

  @Test
  void queuesOfAPairAreApart() throws Exception {
    try (DpdkLab lab = DpdkLab.open()) {
      Port a = lab.port("wire", "queues");
      Port b = lab.port("wire", "queues");
      for (Port port : List.of(a, b)) {
        port.configure(PortSettings.defaults().withQueuePairs(4));
        port.start();
      }
      Burst burst = new Burst(8);
      MemorySegment memory = a.regions().get(0).segment();
      for (int queue = 0; queue < 4; queue++) {
        assertEquals(1, a.tx(queue).claim(burst, 1));
        memory.asSlice(burst.offset[0], 60).fill((byte) (queue + 1));
        burst.length[0] = 60;
        assertEquals(1, a.tx(queue).transmit(burst, 0, 1));
      }
      for (int queue = 3; queue >= 0; queue--) {
        assertEquals(1, b.rx(queue).receive(burst, 8));
        assertEquals(queue + 1, memory.get(ValueLayout.JAVA_BYTE, burst.offset[0]));
        b.rx(queue).release(burst, 0, 1);
      }
    }
  }
}
