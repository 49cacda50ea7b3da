package org.vhostdp.driver.mdev.virtio;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.vhostdp.driver.mdev.nic.Alarm;
import org.vhostdp.driver.mdev.nic.Gate;
import org.vhostdp.driver.mdev.nic.Nic;
import org.vhostdp.driver.mdev.nic.NicOptions;
import org.vhostdp.driver.mdev.nic.Outgoing;
import org.vhostdp.driver.mdev.nic.Traffic;
import org.vhostdp.driver.mdev.vfio.VfioDevice;
import org.vhostdp.spi.Capabilities;
import org.vhostdp.spi.DriverException;
import org.vhostdp.spi.PortSettings;
import org.vhostdp.spi.Region;
import org.vhostdp.spi.RxQueue;
import org.vhostdp.spi.Statistics;
import org.vhostdp.spi.Steering;
import org.vhostdp.spi.TxQueue;

/** A modern virtio network device. */
public final class VirtioNic implements Nic {
  /** PCI vendor of virtio devices. */
  public static final int VENDOR = 0x1af4;

  /** PCI device number of a modern network device, and of one that can be both. */
  public static final int DEVICE = 0x1041;

  public static final int TRANSITIONAL = 0x1000;

  private final VirtioPci pci;
  private final Offered offered;
  private final Capabilities capabilities;
  private final Gate gate = new Gate();
  private final Alarm alarm;
  private final List<Traffic> traffic = new ArrayList<>();
  private final List<VirtioPair> pairs = new ArrayList<>();
  private final VirtioSteering steering;
  private PortSettings settings;
  private VirtioRun run;

  /**
   * Looks at a device, and leaves it reset.
   *
   * @throws DriverException if it is not one that this driver can use as the operator wants it
   */
  public VirtioNic(VfioDevice device, NicOptions options) throws DriverException {
    pci = new VirtioPci(device);
    pci.reset();
    offered = Offered.of(pci, options);
    capabilities = offered.capabilities();
    boolean scales = offered.config().table() > 0 && offered.config().hashTypes() != 0;
    steering = scales ? new VirtioSteering(offered.config(), new Steered()) : null;
    alarm = new Alarm();
  }

  @Override
  public Capabilities capabilities() {
    return capabilities;
  }

  @Override
  public void queues(int count) {
    pairs.clear();
    Outgoing outgoing = new Outgoing(capabilities.txOffloads(), capabilities.maxFrame());
    for (int i = 0; i < count; i++) {
      if (traffic.size() <= i) {
        traffic.add(new Traffic());
      }
      Traffic counters = traffic.get(i);
      pairs.add(
          new VirtioPair(
              new VirtioRx(2 * i, gate, counters.rx(), alarm.bell(2 * i), capabilities.rxLent()),
              new VirtioTx(
                  2 * i + 1,
                  gate,
                  counters.tx(),
                  alarm.bell(2 * i + 1),
                  outgoing,
                  capabilities.maxSegments())));
    }
  }

  @Override
  public void start(PortSettings next) throws DriverException {
    alarm.reset();
    settings = next;
    int mtu = offered.mtu(next);
    gate.offloads(next.rxOffloads());
    gate.mtu(mtu);
    long features = offered.negotiated(next.rxOffloads());
    run = new VirtioRun(pci, offered, pairs.size(), features);
    boolean good = false;
    try {
      run.open(pairs, mtu, alarm.event());
      announce(next);
      good = true;
    } finally {
      if (!good) {
        end();
      }
    }
    gate.open(true);
  }

  /** Tells a device that goes what the settings want of it. */
  private void announce(PortSettings next) throws DriverException {
    ControlQueue control = run.commands();
    if (control == null) {
      return;
    }
    if (offered.has(Feature.CTRL_RX)) {
      // A device that refuses receives for its own address only, as it does without the feature.
      control.give(ControlQueue.RX, ControlQueue.RX_PROMISCUOUS, new byte[] {1});
    }
    address(next.mac());
    steer(next.activeQueuePairs());
  }

  private void address(byte[] mac) throws DriverException {
    if (mac != null && offered.has(Feature.CTRL_VQ | Feature.CTRL_MAC_ADDR)) {
      run.commands().require(ControlQueue.MAC, ControlQueue.MAC_ADDRESS_SET, mac, "that address");
    }
  }

  /** Which queues receive, and what. */
  private void steer(int active) throws DriverException {
    byte[] table = steering == null ? null : steering.command(active);
    if (table != null) {
      run.commands()
          .require(ControlQueue.QUEUES, ControlQueue.QUEUES_RSS, table, "the indirection table");
    } else if (offered.multiqueue()) {
      byte[] count = {(byte) active, (byte) (active >>> 8)};
      run.commands()
          .require(
              ControlQueue.QUEUES,
              ControlQueue.QUEUES_SET,
              count,
              "to receive on " + active + " queues");
    }
  }

  @Override
  public void change(PortSettings before, PortSettings next) throws DriverException {
    if (next.activeQueuePairs() != before.activeQueuePairs()) {
      steer(next.activeQueuePairs());
    }
    if (!Arrays.equals(before.mac(), next.mac())) {
      address(next.mac());
    }
    gate.mtu(offered.mtu(next));
    settings = next;
  }

  @Override
  public void stop() {
    if (run == null) {
      return;
    }
    // What was accepted goes out before the device is silenced, if it still goes.
    boolean broken = fault() != null;
    gate.drain(() -> broken || pairs.stream().allMatch(pair -> pair.tx().isDrained()));
    end();
  }

  private void end() {
    run.close();
    run = null;
    for (VirtioPair pair : pairs) {
      pair.rx().detach();
      pair.tx().detach();
    }
  }

  @Override
  public List<Region> regions() {
    return run == null ? List.of() : run.regions();
  }

  @Override
  public RxQueue rx(int queue) {
    return pairs.get(queue).rx();
  }

  @Override
  public TxQueue tx(int queue) {
    return pairs.get(queue).tx();
  }

  @Override
  public boolean linkUp() {
    return !gate.isGone() && (!offered.has(Feature.STATUS) || NetConfig.isUp(pci));
  }

  @Override
  public String fault() {
    Alarm.Lie lie = alarm.lie();
    if (lie != null) {
      return "The device " + pci.name() + " " + lie.what() + ", on its queue " + lie.queue() + ".";
    }
    if (run != null && !gate.isGone() && (pci.status() & VirtioPci.NEEDS_RESET) != 0) {
      gate.open(false);
      return "The device "
          + pci.name()
          + " has met an error and needs a reset (DEVICE_NEEDS_RESET): it found something wrong in"
          + " its rings, or memory that it may not reach.";
    }
    return null;
  }

  @Override
  public int eventFd() {
    return alarm.event().fd().raw();
  }

  @Override
  public void heard() {
    alarm.event().drain();
  }

  @Override
  public void vanish() {
    gate.vanish();
  }

  @Override
  public void statistics(Statistics out) {
    traffic.forEach(pair -> pair.addTo(out));
  }

  @Override
  public Optional<Steering> steering() {
    return Optional.ofNullable(steering);
  }

  @Override
  public void close() {
    stop();
    alarm.close();
  }

  private final class Steered implements VirtioSteering.Device {
    @Override
    public void steer() throws DriverException {
      if (run != null) {
        VirtioNic.this.steer(settings.activeQueuePairs());
      }
    }

    @Override
    public int pairs() {
      return pairs.size();
    }
  }
}
