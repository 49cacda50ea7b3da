package org.vhostdp.tck.stock;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.vhostdp.driver.loopback.LoopbackDriver;
import org.vhostdp.linux.Fd;
import org.vhostdp.tck.rule.Frames;
import org.vhostdp.tck.rule.OpenPort;
import org.vhostdp.tck.rule.Trial;

final class PairWireTest {
  private static OpenPort start(Trial trial) throws Exception {
    OpenPort port = trial.start();
    byte[] frame = Frames.numbered(1, 100);
    assertTrue(port.transmit(0, frame));
    assertArrayEquals(frame, port.seen(1).getFirst().bytes());
    port.send(frame);
    assertArrayEquals(frame, port.receive(0, 1).getFirst().bytes());
    return port;
  }

  @Test
  void framesCrossBothWaysAndNothingIsLeft() throws Exception {
    long descriptors = Fd.openCount();
    StockHarness harness = new StockHarness(new LoopbackDriver(), StockPlan.of(StockWires.PAIR));
    try (Trial trial = new Trial(harness, 1, Duration.ofSeconds(1))) {
      start(trial);
      start(trial);
    }
    assertEquals(descriptors, Fd.openCount());
  }

  @Test
  void theFarPortMayBeConfiguredDifferently() throws Exception {
    StockPlan plan =
        new StockPlan(null, StockWires.PAIR, Map.of("wire", "ours"), Map.of("far.depth", "64"));
    StockHarness harness = new StockHarness(new LoopbackDriver(), plan);
    try (Trial trial = new Trial(harness, 1, Duration.ofSeconds(1))) {
      assertEquals("ours", start(trial).wire().config().get("wire"));
    }
  }
}
