package org.vhostdp.dataplane.port;

import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import org.vhostdp.dataplane.io.GuardedPort;
import org.vhostdp.dataplane.memory.GuestMemory;
import org.vhostdp.dataplane.offload.SoftTx;
import org.vhostdp.spi.Capabilities;
import org.vhostdp.spi.DriverException;
import org.vhostdp.spi.ForeignMemory;
import org.vhostdp.spi.Offload;
import org.vhostdp.spi.Port;
import org.vhostdp.spi.PortSettings;

/** A driver's port as the device uses it: started only while a ring runs, lent memory if it can. */
final class BackEnd {
  private static final Logger LOG = System.getLogger(BackEnd.class.getName());

  /** Ethernet header and two VLAN tags. */
  static final int LAYER2 = 14 + 8;

  private final Port port;
  private final Capabilities can;
  private final ForeignMemory foreign;
  private PortSettings settings;
  private boolean started;
  private int[] lent;

  BackEnd(Port port, PortSpec spec) throws DriverException {
    this.port = new GuardedPort(port);
    this.can = port.capabilities();
    this.foreign = usesForeign(can) ? port.facet(ForeignMemory.class).orElse(null) : null;
    int wanted = spec.services().driverQueues();
    this.settings =
        PortSettings.defaults()
            .withQueuePairs(Math.min(wanted == 0 ? spec.queuePairs() : wanted, can.maxQueuePairs()))
            .withMtu(spec.mtu())
            .withMac(null);
    port.configure(settings);
  }

  /** Only memory that is free again when the call returns can be the guest's own buffers. */
  private static boolean usesForeign(Capabilities can) {
    return can.has(Capabilities.FOREIGN_TX | Capabilities.FOREIGN_TX_SYNCHRONOUS)
        || can.has(Capabilities.FOREIGN_RX);
  }

  Port port() {
    return port;
  }

  Capabilities capabilities() {
    return can;
  }

  /** Its abilities without some offloads, as if it did not have them. */
  Capabilities without(int offloads) {
    return Capabilities.builder()
        .maxQueuePairs(can.maxQueuePairs())
        .offloads(can.txOffloads() & ~offloads, can.rxOffloads() & ~offloads)
        .mtu(can.minMtu(), can.maxMtu())
        .frames(can.maxFrame(), can.frameRoom(), can.maxSegments())
        .lent(can.txLent(), can.rxLent())
        .features(can.features())
        .live(can.live())
        .build();
  }

  PortSettings settings() {
    return settings;
  }

  boolean started() {
    return started;
  }

  int queuePairs() {
    return settings.queuePairs();
  }

  /** Most bytes of a frame the driver may give, with these offloads. */
  int maxReceived(int rxOffloads, int mtu) {
    return (rxOffloads & Offload.GSO_ANY) != 0 ? SoftTx.MOST_FRAME : mtu + LAYER2;
  }

  void start() throws DriverException {
    if (!started) {
      port.start();
      started = true;
    }
  }

  void stop() {
    if (started) {
      started = false;
      port.stop();
    }
  }

  /**
   * Whether a change of settings can be made while rings run.
   *
   * @throws DriverException if the port can never have these settings
   */
  boolean canApplyNow(PortSettings next) throws DriverException {
    next.check(can);
    if (!started) {
      return true;
    }
    try {
      settings.checkLive(next, can);
      return true;
    } catch (DriverException e) {
      return false;
    }
  }

  /** Applies settings; the caller has stopped the port if they are not live. */
  void apply(PortSettings next) throws DriverException {
    port.configure(next);
    settings = next;
  }

  /** Ids of lent regions, by index of the memory table; null if the driver takes none. */
  int[] lentFor(boolean receive) {
    boolean can =
        receive
            ? this.can.has(Capabilities.FOREIGN_RX)
            : this.can.has(Capabilities.FOREIGN_TX | Capabilities.FOREIGN_TX_SYNCHRONOUS);
    return can ? lent : null;
  }

  /** Lends a memory table. No ring is attached. */
  void lend(GuestMemory memory) {
    if (foreign == null || memory.count() == 0) {
      return;
    }
    int[] ids = new int[memory.count()];
    for (int i = 0; i < ids.length; i++) {
      try {
        ids[i] = foreign.lend(memory.segments()[i], ForeignMemory.WRITABLE | ForeignMemory.SHARED);
      } catch (DriverException e) {
        LOG.log(Level.INFO, "frames are copied: {0}", e.getMessage());
        reclaim(ids, i);
        return;
      }
    }
    lent = ids;
  }

  /** Takes the memory table back. No ring is attached. */
  void reclaim() {
    if (lent != null) {
      reclaim(lent, lent.length);
      lent = null;
    }
  }

  private void reclaim(int[] ids, int count) {
    for (int i = 0; i < count; i++) {
      try {
        foreign.reclaim(ids[i]);
      } catch (DriverException e) {
        throw new IllegalStateException("a driver keeps memory that is not in flight", e);
      }
    }
  }

  void close() {
    stop();
    try {
      reclaim();
    } finally {
      port.close();
    }
  }
}
