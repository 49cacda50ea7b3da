package org.vhostdp.driver.netmap;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.vhostdp.spi.Burst;
import org.vhostdp.spi.DriverException;
import org.vhostdp.spi.Offload;
import org.vhostdp.spi.PortSettings;
import org.vhostdp.spi.Statistics;
import org.vhostdp.spi.TxQueue;

/** Frames between ports of a switch, and between the ends of a pipe. */
@Tag("guest-kernel")
@Timeout(120)
final class NetmapTransferTest {
  @BeforeEach
  void module() {
    NetmapModule.needed();
  }

  @Test
  void framesCrossASwitchBothWays() throws Exception {
    try (Ends a = Ends.open("valeT1:a");
        Ends b = Ends.open("valeT1:b")) {
      for (int length : new int[] {14, 60, 64, 1514, 2038, 2039, 9018}) {
        bothWays(a, b, length);
      }
    }
  }

  @Test
  void framesCrossAPipeBothWays() throws Exception {
    try (Ends a = Ends.open("valeT2:p{1");
        Ends b = Ends.open("valeT2:p}1")) {
      for (int length : new int[] {14, 60, 1514, 2048, 2049, 9018}) {
        bothWays(a, b, length);
      }
    }
  }

  private static void bothWays(Ends a, Ends b, int length) throws DriverException {
    PortSettings large = PortSettings.defaults().withMtu(9000);
    int offloads = a.port.capabilities().rxOffloads();
    a.port.configure(large.withRxOffloads(offloads));
    b.port.configure(large.withRxOffloads(offloads));
    byte[] there = Ends.frame(length, length);
    byte[] back = Ends.frame(length + 1, length);
    assertTrue(a.send(there), "a frame of " + length + " bytes was not taken");
    assertArrayEquals(there, b.receive());
    assertTrue(b.send(back), "a frame of " + length + " bytes was not taken");
    assertArrayEquals(back, a.receive());
  }

  @Test
  void framesSentOutOfTurnKeepTheirBytesAndTheirNewOrder() throws Exception {
    try (Ends a = Ends.open("valeT3:a");
        Ends b = Ends.open("valeT3:b")) {
      TxQueue tx = a.port.tx(0);
      Burst claimed = new Burst(4);
      assertEquals(4, tx.claim(claimed, 4));
      for (int i = 0; i < 4; i++) {
        byte[] frame = Ends.frame(i, 100);
        MemorySegment.copy(
            frame, 0, a.memory(), ValueLayout.JAVA_BYTE, claimed.offset[i], frame.length);
        claimed.length[i] = frame.length;
      }
      assertEquals(1, tx.transmit(claimed, 3, 1));
      assertEquals(1, tx.transmit(claimed, 1, 1));
      tx.unclaim(claimed, 0, 1);
      assertEquals(1, tx.transmit(claimed, 2, 1));
      for (int expected : new int[] {3, 1, 2}) {
        assertArrayEquals(Ends.frame(expected, 100), b.receive());
      }
      assertThrows(IllegalStateException.class, () -> tx.unclaim(claimed, 1, 1));
      int all = a.port.capabilities().txLent();
      Burst every = new Burst(all + 1);
      assertEquals(all, tx.claim(every, all + 1), "buffers were lost");
      tx.unclaim(every, 0, all);
    }
  }

  @Test
  void aFullPipeRefusesAndLosesNothing() throws Exception {
    try (Ends a = Ends.open("valeT4:p{1", "slots", "64");
        Ends b = Ends.open("valeT4:p}1", "slots", "64")) {
      int sent = 0;
      while (sent < 200 && a.send(Ends.frame(sent, 80))) {
        sent++;
      }
      assertTrue(sent >= 32 && sent < 200, sent + " frames went into a pipe of 64 slots");
      int came = 0;
      for (int calls = 0; came < sent && calls < 100; calls++) {
        came += b.receiveNow().size();
      }
      assertEquals(sent, came);
      Statistics counters = new Statistics();
      b.port.statistics(counters);
      assertEquals(sent, counters.rxFrames);
      b.receiveNow();
      assertTrue(a.send(Ends.frame(1, 80)), "there is no room after all was received");
    }
  }

  @Test
  void whoTakesHeadersGetsALargeSegmentWhole() throws Exception {
    byte[] frame = Segment.tcp(4000);
    try (Ends a = Ends.open("valeT5:a");
        Ends b = Ends.open("valeT5:b")) {
      assertTrue(a.send(frame, Offload.CSUM_PARTIAL | Offload.GSO_TCP4, Segment.metadata(1000)));
      byte[] came = b.receive();
      assertArrayEquals(frame, came);
    }
  }

  @Test
  void whoTakesNoHeadersGetsSegmentsThatTheSwitchCut() throws Exception {
    byte[] frame = Segment.tcp(4000);
    try (Ends a = Ends.open("valeT6:a");
        Ends b = Ends.open("valeT6:b", "vnet-hdr", "off")) {
      assertTrue(a.send(frame, Offload.CSUM_PARTIAL | Offload.GSO_TCP4, Segment.metadata(1000)));
      int payload = 0;
      for (int i = 0; i < 3; i++) {
        byte[] came = b.receive();
        assertTrue(came != null && came.length <= 1514, "segment " + i + " is too long");
        assertTrue(Segment.sound(came), "the checksum of segment " + i + " is wrong");
        payload += came.length - Segment.HEADERS;
      }
      assertEquals(4000, payload);
    }
  }

  @Test
  void spareBuffersStandInForLentFrames() throws Exception {
    try (Ends a = Ends.open("valeT7:a", "slots", "64");
        Ends b = Ends.open("valeT7:b", "slots", "64", "extra-buffers", "100")) {
      Burst held = new Burst(200);
      int lent = 0;
      for (int i = 0; i < 150; i++) {
        assertTrue(a.send(Ends.frame(i, 70)));
        Burst one = new Burst(1);
        if (b.port.rx(0).receive(one, 1) == 1) {
          held.region[lent] = one.region[0];
          held.offset[lent] = one.offset[0];
          held.length[lent++] = one.length[0];
        }
      }
      assertEquals(150, lent, "frames were lost although spare buffers were there");
      for (int i = 0; i < lent; i++) {
        byte[] bytes =
            b.memory().asSlice(held.offset[i], held.length[i]).toArray(ValueLayout.JAVA_BYTE);
        assertArrayEquals(Ends.frame(i, 70), bytes);
      }
      b.port.rx(0).release(held, 0, lent);
      assertTrue(a.send(Ends.frame(1, 70)));
      assertArrayEquals(Ends.frame(1, 70), b.receive());
    }
  }
}
