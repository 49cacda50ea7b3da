package org.vhostdp.driver.loopback;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.vhostdp.spi.Burst;
import org.vhostdp.spi.Capabilities;
import org.vhostdp.spi.DriverException;
import org.vhostdp.spi.Offload;
import org.vhostdp.spi.Port;
import org.vhostdp.spi.PortSettings;

class OffloadTest {
  private static final int TSO = Offload.CSUM_PARTIAL | Offload.GSO_TCP4;

  private static Port port(int rxOffloads) throws DriverException {
    return Rig.start(PortSettings.defaults().withRxOffloads(rxOffloads));
  }

  /** An odd number of summed bytes, so that the last one is padded. */
  private static byte[] summed(int csumStart, int csumOffset) {
    byte[] frame = Rig.frame(101, 5);
    frame[csumStart + csumOffset] = 0x12;
    frame[csumStart + csumOffset + 1] = 0x34;
    return frame;
  }

  /** The one's complement sum of RFC 1071, straight from its definition. */
  private static int sum(byte[] frame, int from) {
    int sum = 0;
    for (int i = from; i < frame.length; i++) {
      sum += (i - from) % 2 == 0 ? (frame[i] & 0xFF) << 8 : frame[i] & 0xFF;
      sum = (sum & 0xFFFF) + (sum >>> 16);
    }
    return sum;
  }

  @Test
  void aMissingChecksumIsCompletedForWhoDoesNotComputeIt() throws DriverException {
    byte[] frame = summed(34, 16);
    int expected = ~sum(frame, 34) & 0xFFFF;
    byte[] whole = frame.clone();
    whole[50] = (byte) (expected >>> 8);
    whole[51] = (byte) expected;
    try (Port port = port(0)) {
      Rig.send(port, frame, Offload.CSUM_PARTIAL, Offload.pack(34, 16, 0, 0), 0);
      Burst burst = new Burst(1);
      assertEquals(1, port.rx(0).receive(burst, 1));
      assertArrayEquals(whole, Rig.bytes(port, burst, 0));
      assertEquals(0, burst.flags[0]);
    }
    try (Port port = port(Offload.CSUM_VALID)) {
      Rig.send(port, frame, Offload.CSUM_PARTIAL, Offload.pack(34, 16, 0, 0), 0);
      Burst burst = new Burst(1);
      assertEquals(1, port.rx(0).receive(burst, 1));
      assertEquals(Offload.CSUM_VALID, burst.flags[0]);
    }
  }

  @Test
  void aUdpChecksumOfZeroIsSentAsOnes() throws DriverException {
    byte[] frame = new byte[60];
    frame[40] = (byte) 0xFF;
    frame[41] = (byte) 0xFF;
    try (Port port = port(0)) {
      Rig.send(port, frame, Offload.CSUM_PARTIAL, Offload.pack(34, 6, 0, 0), 0);
      assertArrayEquals(frame, Rig.receive(port, 0).get(0));
    }
  }

  @Test
  void metadataArrivesAsSentWhereItIsAllowed() throws DriverException {
    byte[] frame = Rig.frame(20_000, 3);
    long numbers = Offload.pack(34, 16, 1448, 54);
    int flags = TSO | Offload.GSO_ECN | Offload.VLAN;
    try (Port port = port(flags)) {
      Rig.send(port, frame, flags, numbers, 0x2064);
      Burst burst = new Burst(1);
      assertEquals(1, port.rx(0).receive(burst, 1));
      assertEquals(flags, burst.flags[0]);
      assertEquals(numbers, burst.offload[0]);
      assertEquals(0x2064, burst.vlan[0]);
      assertArrayEquals(frame, Rig.bytes(port, burst, 0));
    }
  }

  @Test
  void whatWouldHaveToBeSegmentedIsDroppedAndCounted() throws DriverException {
    for (int allowed : new int[] {0, Offload.CSUM_PARTIAL, TSO}) {
      try (Port port = port(allowed)) {
        int ecn = allowed == TSO ? Offload.GSO_ECN : 0;
        Rig.send(port, Rig.frame(5000, 1), TSO | ecn, Offload.pack(34, 16, 1448, 54), 0);
        Rig.send(port, 0, Rig.frame(60, 2));
        List<byte[]> back = Rig.receive(port, 0);
        assertEquals(1, back.size());
        assertArrayEquals(Rig.frame(60, 2), back.get(0));
        assertEquals(1, Rig.statistics(port).rxDropped);
        assertEquals(1, Rig.statistics(port).more().get("gso_unsupported"));
        assertEquals(1, Rig.statistics(port).rxFrames);
      }
    }
  }

  @Test
  void aDroppedFrameBetweenLentOnesGivesItsRoomBack() throws DriverException {
    try (Port port = Rig.start(PortSettings.defaults(), "depth", "64")) {
      Burst held = new Burst(64);
      for (int round = 0; round < 200; round++) {
        Rig.send(port, 0, Rig.frame(60, 1));
        Rig.send(port, Rig.frame(3000, 1), TSO, Offload.pack(34, 16, 1448, 54), 0);
        Rig.send(port, 0, Rig.frame(60, 2));
        assertEquals(2, port.rx(0).receive(held, 64));
        port.rx(0).release(held, 0, 2);
      }
      assertEquals(200, Rig.statistics(port).rxDropped);
      assertEquals(0, Rig.lendingErrors(port));
    }
  }

  @Test
  void aTagIsPutIntoTheBytesForWhoDoesNotTakeItAside() throws DriverException {
    byte[] frame = Rig.frame(60, 9);
    try (Port port = port(TSO)) {
      long numbers = Offload.pack(34, 16, 1448, 54);
      Rig.send(port, frame, TSO | Offload.VLAN, numbers, 0x6123);
      Burst burst = new Burst(1);
      assertEquals(1, port.rx(0).receive(burst, 1));
      byte[] tagged = Rig.bytes(port, burst, 0);
      assertEquals(64, tagged.length);
      assertArrayEquals(Arrays.copyOf(frame, 12), Arrays.copyOf(tagged, 12));
      assertArrayEquals(
          new byte[] {(byte) 0x81, 0, 0x61, 0x23}, Arrays.copyOfRange(tagged, 12, 16));
      assertArrayEquals(Arrays.copyOfRange(frame, 12, 60), Arrays.copyOfRange(tagged, 16, 64));
      assertEquals(TSO, burst.flags[0]);
      assertEquals(Offload.pack(38, 16, 1448, 58), burst.offload[0]);
      port.rx(0).release(burst, 0, 1);
      assertEquals(64, Rig.statistics(port).rxBytes);
      assertEquals(0, Rig.lendingErrors(port));
    }
  }

  @Test
  void aHintIsLeftOutWhereItIsNotAllowed() throws DriverException {
    try (Port port = port(0)) {
      Rig.send(port, Rig.frame(60, 0), Offload.CSUM_VALID, 0, 0);
      Burst burst = new Burst(1);
      assertEquals(1, port.rx(0).receive(burst, 1));
      assertEquals(0, burst.flags[0]);
    }
  }

  @Test
  void timestampsDoNotGoBack() throws DriverException {
    try (Port port = port(Offload.TIMESTAMP)) {
      Burst burst = new Burst(1);
      long before = System.nanoTime();
      for (int i = 0; i < 100; i++) {
        Rig.send(port, 0, Rig.frame(60, i));
        assertEquals(1, port.rx(0).receive(burst, 1));
        assertEquals(Offload.TIMESTAMP, burst.flags[0]);
        assertTrue(burst.timestamp[0] >= before);
        before = burst.timestamp[0];
        port.rx(0).release(burst, 0, 1);
      }
      assertTrue(System.nanoTime() >= before);
    }
  }

  @Test
  void aLiveChangeHoldsForFramesUnderWay() throws DriverException {
    try (Port port = port(Offload.CSUM_PARTIAL)) {
      byte[] frame = summed(34, 16);
      Rig.send(port, frame, Offload.CSUM_PARTIAL, Offload.pack(34, 16, 0, 0), 0);
      port.configure(PortSettings.defaults());
      Burst burst = new Burst(1);
      assertEquals(1, port.rx(0).receive(burst, 1));
      assertEquals(0, burst.flags[0]);
      int completed = ~sum(frame, 34) & 0xFFFF;
      byte[] back = Rig.bytes(port, burst, 0);
      assertEquals(completed, (back[50] & 0xFF) << 8 | back[51] & 0xFF);
    }
  }

  @Test
  void offloadsThatWereSwitchedOffAreNeitherDeclaredNorSet() throws DriverException {
    try (Port port = Rig.open(new Rig.Ear(), "offloads", "csum tso4")) {
      assertEquals("csum tso4", Capabilities.names(port.capabilities().txOffloads()));
      assertEquals("csum tso4", Capabilities.names(port.capabilities().rxOffloads()));
      PortSettings vlan = PortSettings.defaults().withRxOffloads(Offload.VLAN);
      assertThrows(DriverException.class, () -> port.configure(vlan));
    }
    try (Port port = Rig.open(new Rig.Ear(), "offloads", "none", "mtu", "1500")) {
      assertEquals("none", Capabilities.names(port.capabilities().txOffloads()));
      assertEquals(2048, port.capabilities().frameRoom());
    }
    DriverException wrong =
        assertThrows(DriverException.class, () -> Rig.open(new Rig.Ear(), "offloads", "csum fast"));
    assertTrue(
        wrong
            .getMessage()
            .startsWith("The key \"offloads\" names \"fast\", which is none. Use all, none, or"));
  }
}
