package org.vhostdp.dataplane.io;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import org.vhostdp.spi.Capabilities;
import org.vhostdp.spi.DriverException;
import org.vhostdp.spi.Port;
import org.vhostdp.spi.PortEvents;
import org.vhostdp.spi.PortSettings;
import org.vhostdp.spi.Region;
import org.vhostdp.spi.RxQueue;
import org.vhostdp.spi.Statistics;
import org.vhostdp.spi.TxQueue;

/**
 * A driver's port, the calls of whose queues a {@link Watchdog} sees. A call that does not return
 * is left behind: the IO thread is replaced, and when the call returns nothing of that thread's
 * work goes on. From then on calls of this port's queues do nothing, or throw on an IO thread: what
 * hangs may hold a lock. Only queues had from here are guarded so.
 *
 * <p>Threads other than IO threads call the driver as if this were not there, and wait with it; so
 * does everything but the queues.
 */
public final class GuardedPort implements Port {
  private final Port driver;
  private final Hang hang = new Hang();
  private final Map<Integer, RxQueue> receiving = new ConcurrentHashMap<>();
  private final Map<Integer, TxQueue> transmitting = new ConcurrentHashMap<>();

  /** Guards a port, which stays its owner's but is closed through this. */
  public GuardedPort(Port driver) {
    this.driver = driver;
  }

  @Override
  public Capabilities capabilities() {
    return driver.capabilities();
  }

  @Override
  public void configure(PortSettings settings) throws DriverException {
    driver.configure(settings);
  }

  /** Starts the port; its queues are new ones. */
  @Override
  public void start() throws DriverException {
    driver.start();
    receiving.clear();
    transmitting.clear();
  }

  @Override
  public void stop() {
    driver.stop();
  }

  @Override
  public List<Region> regions() {
    return driver.regions();
  }

  @Override
  public RxQueue rx(int queue) {
    return receiving.computeIfAbsent(queue, i -> new GuardedRx(driver.rx(i), hang));
  }

  @Override
  public TxQueue tx(int queue) {
    return transmitting.computeIfAbsent(queue, i -> new GuardedTx(driver.tx(i), hang));
  }

  @Override
  public PortEvents events() {
    return driver.events();
  }

  @Override
  public void statistics(Statistics out) {
    driver.statistics(out);
  }

  @Override
  public <F> Optional<F> facet(Class<F> type) {
    return driver.facet(type);
  }

  @Override
  public void close() {
    driver.close();
  }
}
