package org.vhostdp.dataplane.net;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.List;
import org.vhostdp.dataplane.net.QueueCounters.Name;
import org.vhostdp.dataplane.ring.Chains;
import org.vhostdp.dataplane.ring.DeviceRing;
import org.vhostdp.linux.CallState;
import org.vhostdp.linux.EventFd;
import org.vhostdp.spi.Region;

/**
 * What the transmit and receive paths have in common: a ring, its batch of chains, its counters and
 * its interrupt. Made by a control thread, then used by one IO thread only.
 */
abstract sealed class QueueSide permits TransmitPath, ReceivePath {
  /** Frames of one turn: a budget, so that one busy ring does not starve the others. */
  static final int BURST = 32;

  final DeviceRing ring;
  final Chains chains;
  final QueueCounters counters;
  final int header;

  private final CallState calls;
  private int interrupt;

  QueueSide(QueueSetup setup, int chainsPerBatch) {
    this.ring = setup.ring();
    this.counters = setup.counters();
    this.header = setup.header();
    this.interrupt = setup.interrupt();
    this.calls = new CallState(Arena.ofAuto());
    int most = Math.min(chainsPerBatch, Math.max(ring.size(), 1));
    this.chains = new Chains(most, ring.size());
  }

  static MemorySegment[] segments(List<Region> regions) {
    return regions.stream().map(Region::segment).toArray(MemorySegment[]::new);
  }

  /** The ring, for its base and its fault. */
  public final DeviceRing ring() {
    return ring;
  }

  /** Replaces the descriptor that interrupts the guest; -1 for none. */
  public final void interrupt(int descriptor) {
    interrupt = descriptor;
  }

  /** Counts a kick of the guest. */
  public final void kicked() {
    counters.add(Name.KICKS, 1);
  }

  /** Publishes what was completed and interrupts the guest if it wants that. */
  final void publish() {
    ring.flush();
    if (ring.interruptWanted()) {
      counters.add(Name.NOTIFICATIONS, 1);
      if (interrupt >= 0) {
        EventFd.signal(calls, interrupt);
      }
    }
  }
}
