package org.vhostdp.driver.mdev.nic;

import java.util.List;
import java.util.Optional;
import org.vhostdp.spi.Capabilities;
import org.vhostdp.spi.DriverException;
import org.vhostdp.spi.PortSettings;
import org.vhostdp.spi.Region;
import org.vhostdp.spi.RxQueue;
import org.vhostdp.spi.Statistics;
import org.vhostdp.spi.Steering;
import org.vhostdp.spi.TxQueue;

/**
 * A NIC by its register model: the personality of a port. The device belongs to the port; a NIC
 * only drives it.
 *
 * <p>Threads: control threads, one call at a time; the queues belong to IO threads.
 */
public interface Nic {
  /** What it can do. Constant. */
  Capabilities capabilities();

  /** Makes the queues; the NIC is stopped. */
  void queues(int pairs);

  /**
   * Resets the device, gives it memory and lets frames flow on the queues.
   *
   * @param settings checked against the capabilities, for as many queue pairs as there are
   * @throws DriverException if the device refuses; it is stopped then
   */
  void start(PortSettings settings) throws DriverException;

  /**
   * Changes settings while started.
   *
   * @throws DriverException if the device refuses; the former settings hold
   */
  void change(PortSettings before, PortSettings next) throws DriverException;

  /**
   * Lets what was accepted go out, for a moment, then silences the device and takes its memory.
   * Never throws; again does nothing.
   */
  void stop();

  /** Memory that frames lie in; empty while stopped. */
  List<Region> regions();

  RxQueue rx(int queue);

  TxQueue tx(int queue);

  /** Whether the link is up, as the device says now. */
  boolean linkUp();

  /** Why the device cannot go on, as a sentence; null while it can. A start forgets it. */
  String fault();

  /** Becomes readable when link or fault may have changed; -1 if nothing tells. Until close. */
  int eventFd();

  /** Takes back what made {@link #eventFd} readable. */
  void heard();

  /** Nothing of the device works any more; burst calls return 0 from now on. Any thread. */
  void vanish();

  /** Adds what was counted since the NIC was made. */
  void statistics(Statistics out);

  /** Which queue a flow lands on, if the device lets itself be told. */
  default Optional<Steering> steering() {
    return Optional.empty();
  }

  /** Stops, and frees what is not the device's. */
  void close();
}
