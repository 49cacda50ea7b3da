package org.vhostdp.tck.pair;

import java.util.Optional;
import java.util.function.UnaryOperator;
import org.vhostdp.driver.loopback.LoopbackDriver;
import org.vhostdp.spi.Driver;
import org.vhostdp.tck.harness.Harness;
import org.vhostdp.tck.harness.Wire;
import org.vhostdp.tck.rules.FreshDriver;
import org.vhostdp.tck.stock.StockHarness;
import org.vhostdp.tck.stock.StockPlan;
import org.vhostdp.tck.stock.StockWires;

/** The reference driver, its far end a second port of the same kind: all in memory. */
public final class PairHarness implements Harness {
  private final UnaryOperator<Driver> breaks;
  private final KillableDriver sound = new KillableDriver();
  private final StockHarness stock;

  public PairHarness() {
    this(UnaryOperator.identity());
  }

  /** The reference driver with something broken; the far end stays sound. */
  public PairHarness(UnaryOperator<Driver> breaks) {
    this.breaks = breaks;
    stock =
        new StockHarness(new LoopbackDriver(), StockPlan.of(StockWires.PAIR))
            .breaking(far -> breaks.apply(sound));
  }

  @Override
  public Driver driver() {
    return stock.driver();
  }

  @Override
  public Wire wire(Request request) throws Exception {
    return new HurtWire(stock.wire(request), driver(), sound);
  }

  @Override
  public Optional<Fresh> fresh() throws Exception {
    return FreshDriver.of(LoopbackDriver.class)
        .map(fresh -> new Fresh(breaks.apply(fresh.driver()), fresh.loader()));
  }

  @Override
  public String describe() {
    return "two ports of the reference driver, in memory";
  }
}
