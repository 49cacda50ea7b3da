package org.vhostdp.tck.stock;

import java.nio.file.Path;
import java.util.Optional;
import java.util.Set;
import java.util.function.UnaryOperator;
import org.vhostdp.spi.Driver;
import org.vhostdp.store.DriverDescriptor;
import org.vhostdp.store.DriverRefused;
import org.vhostdp.store.DriverStore;
import org.vhostdp.tck.harness.Harness;
import org.vhostdp.tck.harness.Wire;

/** A driver on a stock wire. One thread. */
public final class StockHarness implements Harness {
  private final Driver sound;
  private final Driver driver;
  private final StockPlan plan;
  private final StockWires wires;
  private final Path folder;

  /**
   * @param driver the driver under test
   * @param plan the wire and the configuration; its folder is not looked at
   * @throws IllegalArgumentException with a sentence, if there is no such kind of wire, or the
   *     driver's keys tell none
   */
  public StockHarness(Driver driver, StockPlan plan) {
    this(driver, driver, plan, StockWires.of(driver, plan), null);
  }

  private StockHarness(Driver sound, Driver driver, StockPlan plan, StockWires wires, Path folder) {
    this.folder = folder;
    this.sound = sound;
    this.driver = driver;
    this.plan = plan;
    this.wires = wires;
  }

  /**
   * Loads the driver of the plan's folder, as the host would, whatever lies beside it.
   *
   * @throws DriverRefused naming the driver, what is wrong, and what to do
   */
  public static StockHarness load(StockPlan plan) throws DriverRefused {
    Path folder = plan.folder().toAbsolutePath().normalize();
    Driver driver = DriverStore.loadFolder(folder);
    StockWires wires = StockWires.of(driver, plan);
    DriverDescriptor.read(folder).privileges().ifPresent(wires::documented);
    return new StockHarness(driver, driver, plan, wires, folder);
  }

  /** The same wires and a driver with something broken; what is at their far end stays sound. */
  public StockHarness breaking(UnaryOperator<Driver> breaks) {
    return new StockHarness(sound, breaks.apply(sound), plan, wires, folder);
  }

  public StockPlan plan() {
    return plan;
  }

  @Override
  public Driver driver() {
    return driver;
  }

  @Override
  public Wire wire(Request request) throws Exception {
    return wires.make(request);
  }

  @Override
  public String describe() {
    return wires.describe();
  }

  @Override
  public Optional<Path> folder() {
    return Optional.ofNullable(folder);
  }

  /**
   * Those that the plan's parameter {@code privileges} names; without it, those of the driver's
   * descriptor and what its network namespace takes; without them, what the wire usually takes.
   */
  @Override
  public Set<Integer> privileges() {
    return wires.privileges();
  }
}
