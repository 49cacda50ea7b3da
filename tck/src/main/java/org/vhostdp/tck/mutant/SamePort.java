package org.vhostdp.tck.mutant;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.vhostdp.spi.Capabilities;
import org.vhostdp.spi.DriverException;
import org.vhostdp.spi.Port;
import org.vhostdp.spi.PortEvents;
import org.vhostdp.spi.PortSettings;
import org.vhostdp.spi.Region;
import org.vhostdp.spi.RxQueue;
import org.vhostdp.spi.Statistics;
import org.vhostdp.spi.TxQueue;

/** A port that passes everything on; a mutant overrides what it breaks. */
class SamePort implements Port {
  final Port port;
  private final Map<TxQueue, TxQueue> tx = new HashMap<>();
  private final Map<RxQueue, RxQueue> rx = new HashMap<>();

  SamePort(Port port) {
    this.port = port;
  }

  /** The transmit queue to give for a sound one; called once for each. */
  TxQueue wrap(TxQueue queue, int index) {
    return queue;
  }

  /** The receive queue to give for a sound one; called once for each. */
  RxQueue wrap(RxQueue queue, int index) {
    return queue;
  }

  @Override
  public TxQueue tx(int queue) {
    return tx.computeIfAbsent(port.tx(queue), sound -> wrap(sound, queue));
  }

  @Override
  public RxQueue rx(int queue) {
    return rx.computeIfAbsent(port.rx(queue), sound -> wrap(sound, queue));
  }

  @Override
  public Capabilities capabilities() {
    return port.capabilities();
  }

  @Override
  public void configure(PortSettings settings) throws DriverException {
    port.configure(settings);
  }

  @Override
  public void start() throws DriverException {
    port.start();
  }

  @Override
  public void stop() {
    port.stop();
  }

  @Override
  public List<Region> regions() {
    return port.regions();
  }

  @Override
  public PortEvents events() {
    return port.events();
  }

  @Override
  public void statistics(Statistics out) {
    port.statistics(out);
  }

  @Override
  public <F> Optional<F> facet(Class<F> type) {
    return port.facet(type);
  }

  @Override
  public void close() {
    port.close();
  }
}
