package org.vhostdp.tck.reference;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.vhostdp.spi.Burst;
import org.vhostdp.spi.DriverException;
import org.vhostdp.spi.Port;
import org.vhostdp.spi.PortSettings;
import org.vhostdp.spi.Statistics;

class SourceTest {
  private static final PortSettings ONE = PortSettings.defaults();

  @Test
  void framesNeverEndAndAreAllAlike() throws DriverException {
    try (Port port = Rig.start(ONE, "mode", "source", "frame-bytes", "1514", "depth", "64")) {
      byte[] first = Rig.receive(port, 0).get(0);
      assertEquals(1514, first.length);
      assertEquals((byte) 0x88, first[12]);
      assertEquals((byte) 200, first[200]);
      for (int round = 0; round < 50; round++) {
        List<byte[]> more = Rig.receive(port, 0);
        assertEquals(64, more.size());
        assertArrayEquals(first, more.get(round));
      }
      Rig.send(port, 0, Rig.frame(60, 1));
      Statistics seen = Rig.statistics(port);
      assertEquals(51 * 64, seen.rxFrames);
      assertEquals(51L * 64 * 1514, seen.rxBytes);
      assertEquals(1, seen.txFrames);
      assertEquals(60, seen.txBytes);
    }
  }

  @Test
  void anInactiveQueueIsSilent() throws DriverException {
    PortSettings two = ONE.withQueuePairs(2);
    try (Port port = Rig.start(two.withActiveQueuePairs(1), "mode", "source")) {
      assertEquals(0, port.rx(1).receive(new Burst(4), 4));
      port.configure(two);
      assertEquals(4, port.rx(1).receive(new Burst(4), 4));
    }
  }

  @Test
  void aSinkCountsAndForgets() throws DriverException {
    try (Port port = Rig.start(ONE, "mode", "sink", "depth", "64")) {
      for (int round = 0; round < 100; round++) {
        Rig.send(port, 0, Rig.frame(100, 0), Rig.frame(200, 0));
      }
      assertEquals(0, Rig.receive(port, 0).size());
      Statistics seen = Rig.statistics(port);
      assertEquals(200, seen.txFrames);
      assertEquals(30_000, seen.txBytes);
      assertEquals(0, seen.rxFrames);
    }
  }
}
