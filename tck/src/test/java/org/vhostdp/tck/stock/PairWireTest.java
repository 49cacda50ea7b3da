package org.vhostdp.tck.stock;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.time.Duration;
import java.util.Map;
import java.util.function.BiFunction;
import org.junit.jupiter.api.Test;
import org.vhostdp.driver.loopback.LoopbackDriver;
import org.vhostdp.linux.Fd;
import org.vhostdp.spi.Capabilities;
import org.vhostdp.spi.Driver;
import org.vhostdp.spi.DriverException;
import org.vhostdp.spi.Port;
import org.vhostdp.spi.PortConfig;
import org.vhostdp.tck.harness.Harness;
import org.vhostdp.tck.harness.Wire;
import org.vhostdp.tck.harness.WireFrame;
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

  @Test
  void aDeviceThatOnlyOneMayHaveIsBusy() throws Exception {
    LoopbackDriver driver = new LoopbackDriver();
    StockHarness harness = new StockHarness(driver, StockPlan.of(StockWires.PAIR));
    try (Wire wire = harness.wire(Harness.Request.plain());
        Trial trial = new Trial(harness, 1, Duration.ofSeconds(1))) {
      PortConfig busy = trial.config(wire.faults().orElseThrow().busy().orElseThrow());
      DriverException e =
          assertThrows(DriverException.class, () -> driver.open(busy, trial.host()));
      assertEquals(DriverException.Reason.BUSY, e.reason(), e.getMessage());
    }
  }

  @Test
  void longFramesCrossInSeveralEntries() throws Exception {
    Driver driver = claimingLittle(new LoopbackDriver());
    StockHarness harness = new StockHarness(driver, StockPlan.of(StockWires.PAIR));
    try (Trial trial = new Trial(harness, 1, Duration.ofSeconds(1))) {
      OpenPort port = OpenPort.start(trial, new Harness.Request(1, 9000));
      byte[] frame = Frames.numbered(1, 9014);
      port.send(frame);
      assertArrayEquals(frame, port.receive(0, 1).getFirst().bytes());
      assertFalse(port.wire().send(WireFrame.plain(Frames.numbered(2, 70_000))));
    }
  }

  /** The same driver, of whose claimed frames only the first 1000 bytes are to be used. */
  private static Driver claimingLittle(Driver driver) {
    return proxy(
        Driver.class,
        driver,
        (name, result) -> name.equals("open") ? little((Port) result) : result);
  }

  private static Port little(Port port) {
    return proxy(
        Port.class,
        port,
        (name, result) -> {
          if (!(result instanceof Capabilities can)) {
            return result;
          }
          return Capabilities.builder()
              .maxQueuePairs(can.maxQueuePairs())
              .offloads(can.txOffloads(), can.rxOffloads())
              .mtu(can.minMtu(), can.maxMtu())
              .frames(can.maxFrame(), 1000, can.maxSegments())
              .lent(can.txLent(), can.rxLent())
              .build();
        });
  }

  private static <T> T proxy(Class<T> type, T sound, BiFunction<String, Object, Object> changes) {
    return type.cast(
        Proxy.newProxyInstance(
            type.getClassLoader(),
            new Class<?>[] {type},
            (self, method, values) -> {
              try {
                return changes.apply(method.getName(), method.invoke(sound, values));
              } catch (InvocationTargetException e) {
                throw e.getCause();
              }
            }));
  }
}
