package org.example.toy;

import org.vhostdp.spi.Driver;
import org.vhostdp.tck.harness.Harness;
import org.vhostdp.tck.harness.Wire;
import org.vhostdp.tck.stock.StockHarness;
import org.vhostdp.tck.stock.StockPlan;
import org.vhostdp.tck.stock.StockWires;

/** The driver, and at the far end of each wire another port of it. */
public final class ToyHarness implements Harness {
  private final StockHarness stock =
      new StockHarness(new ToyDriver(), StockPlan.of(StockWires.PAIR));

  @Override
  public Driver driver() {
    return stock.driver();
  }

  @Override
  public Wire wire(Request request) throws Exception {
    return stock.wire(request);
  }

  @Override
  public String describe() {
    return stock.describe();
  }
}
