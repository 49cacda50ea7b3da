package org.vhostdp.tck.run;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.vhostdp.spi.Driver;
import org.vhostdp.spi.PortSettings;
import org.vhostdp.spi.SpiVersion;
import org.vhostdp.store.DriverStore;
import org.vhostdp.tck.harness.Harness;
import org.vhostdp.tck.harness.WireFrame;
import org.vhostdp.tck.report.VerdictSentence;
import org.vhostdp.tck.rule.Frames;
import org.vhostdp.tck.rule.OpenPort;
import org.vhostdp.tck.rule.Trial;
import org.vhostdp.tck.stock.StockHarness;
import org.vhostdp.tck.stock.StockPlan;
import org.vhostdp.tck.stock.StockWires;

/**
 * A driver compiled against an earlier release of the SPI, as it was built then; see its README.
 */
final class FrozenDriverTest {
  private static final Path STORE = Path.of("src/test/frozen").toAbsolutePath();
  private static final String ID = "toy";
  private static final StockPlan PLAN =
      new StockPlan(STORE.resolve(ID), StockWires.PAIR, Map.of(), Map.of());

  @Test
  void todaysHostLoadsIt() throws Exception {
    Driver driver = new DriverStore(List.of(STORE)).load(ID);
    assertEquals("toy 0.1.0", driver.info().toString());
    assertTrue(driver.info().spi().contains(SpiVersion.CURRENT));
    assertTrue(driver.probe().isOk());
    assertNotSame(getClass().getModule().getLayer(), driver.getClass().getModule().getLayer());
  }

  @Test
  void itMovesFramesBothWays() throws Exception {
    try (Trial trial = new Trial(StockHarness.load(PLAN), 1, Duration.ofSeconds(1))) {
      OpenPort port =
          OpenPort.on(trial, trial.wire(Harness.Request.plain()), PortSettings.defaults());
      for (int i = 0; i < 1000; i++) {
        byte[] frame = Frames.numbered(i, 60 + i);
        port.wire().send(WireFrame.plain(frame));
        assertArrayEquals(frame, port.receive(0, 1).getFirst().bytes());
        assertTrue(port.transmit(0, frame));
        assertArrayEquals(frame, port.seen(1).getFirst().bytes());
      }
    }
  }

  @Test
  @Timeout(900)
  void itPassesTodaysKit() throws Exception {
    try (KitRun run = new KitRun(HarnessPlan.of(PLAN), KitOptions.of(1), Progress.SILENT)) {
      KitReport report = run.run();
      assertEquals("pass", report.verdict(), () -> VerdictSentence.of(report.result()));
    }
  }
}
