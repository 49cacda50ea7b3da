package org.vhostdp.tck.rules;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.vhostdp.driver.loopback.LoopbackDriver;
import org.vhostdp.tck.harness.Harness;
import org.vhostdp.tck.harness.Trait;
import org.vhostdp.tck.harness.Wire;
import org.vhostdp.tck.harness.WireFrame;
import org.vhostdp.tck.rule.Broken;
import org.vhostdp.tck.rule.Trial;
import org.vhostdp.tck.stock.StockHarness;
import org.vhostdp.tck.stock.StockPlan;
import org.vhostdp.tck.stock.StockWires;

final class KilledPortTest {
  private static Trial trial() {
    Harness harness = new StockHarness(new LoopbackDriver(), StockPlan.of(StockWires.PAIR));
    return new Trial(harness, 1, Duration.ofSeconds(1));
  }

  @Test
  void anotherProcessHoldsThePortUntilItIsKilled() throws Exception {
    Set<Long> children = children();
    try (Trial trial = trial()) {
      KilledPort.hold(trial, trial.wire(Harness.Request.plain()));
      assertEquals(List.of("the process that held the port was killed"), trial.observations());
    }
    Set<Long> left = children();
    left.removeAll(children);
    assertEquals(Set.of(), left, "processes that were not there before");
  }

  private static Set<Long> children() {
    return ProcessHandle.current()
        .children()
        .map(ProcessHandle::pid)
        .collect(Collectors.toCollection(HashSet::new));
  }

  @Test
  void aRefusalOverThereIsTold() throws Exception {
    try (Trial trial = trial()) {
      Wire wire = new Joining(trial.wire(Harness.Request.plain()));
      Broken broken = assertThrows(Broken.class, () -> KilledPort.hold(trial, wire));
      assertTrue(
          broken.getMessage().contains("There is no wire \"tck-"), () -> broken.getMessage());
    }
  }

  /** A wire whose port can be opened in this process only. */
  private record Joining(Wire wire) implements Wire {
    @Override
    public Map<String, String> config() {
      Map<String, String> config = new HashMap<>(wire.config());
      config.put("join", "true");
      return config;
    }

    @Override
    public void started() throws Exception {
      wire.started();
    }

    @Override
    public Set<Trait> traits() {
      return wire.traits();
    }

    @Override
    public boolean send(WireFrame frame) throws Exception {
      return wire.send(frame);
    }

    @Override
    public Optional<WireFrame> receive(Duration limit) throws Exception {
      return wire.receive(limit);
    }

    @Override
    public void close() throws IOException {
      wire.close();
    }
  }
}
