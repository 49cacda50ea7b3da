package org.vhostdp.tck.stock;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.vhostdp.spi.Driver;
import org.vhostdp.spi.DriverException;
import org.vhostdp.spi.Offload;
import org.vhostdp.tck.harness.Faults;
import org.vhostdp.tck.harness.Harness;
import org.vhostdp.tck.harness.Trait;
import org.vhostdp.tck.harness.Wire;
import org.vhostdp.tck.harness.WireFrame;

/** Two ports of a driver that are joined; this is the far one. */
final class PairWire implements Wire, Faults {
  /** The key of a driver that can pull out the wire under its two ports. */
  private static final String PULL = "pull";

  /** Ends a hang. */
  private static final long PATIENCE_NANOS = 20_000_000_000L;

  private final PairWires wires;
  private final PairEnds ends;
  private final Harness.Request request;
  private final int offloads;
  private final Deque<WireFrame> seen = new ArrayDeque<>();

  /** Null while the link is down. */
  private FarPort peer;

  /** Another pair, of which both ports are there; null until somebody asks. */
  private PairEnds others;

  private FarPort otherPeer;
  private HeldPort held;

  /**
   * @param ends configurations of both ports; closed with this
   */
  PairWire(PairWires wires, PairEnds ends, Harness.Request request) throws DriverException {
    this.wires = wires;
    this.ends = ends;
    this.request = request;
    peer = open();
    offloads = peer.offloads();
  }

  private FarPort open() throws DriverException {
    return FarPort.open(wires.driver(), ends.far(), request);
  }

  @Override
  public Map<String, String> config() {
    return ends.near();
  }

  @Override
  public synchronized void started() throws InterruptedException {
    long end = System.nanoTime() + PATIENCE_NANOS;
    while (peer != null && !peer.connected()) {
      if (System.nanoTime() > end) {
        throw new IllegalStateException(
            "The port was started, but the link of the port at the far end is down.");
      }
      Thread.sleep(1);
    }
  }

  @Override
  public Set<Trait> traits() {
    Set<Trait> traits = EnumSet.allOf(Trait.class);
    if ((offloads & Offload.CSUM_PARTIAL) == 0) {
      traits.remove(Trait.OFFLOADS);
    }
    return traits;
  }

  @Override
  public synchronized boolean send(WireFrame frame) {
    // A wire without a link loses what is put on it.
    return peer == null || peer.send(frame);
  }

  @Override
  public synchronized Optional<WireFrame> receive(Duration limit) throws Exception {
    long end = System.nanoTime() + limit.toNanos();
    while (seen.isEmpty()) {
      if (peer != null) {
        peer.collect(seen);
      }
      if (seen.isEmpty() && System.nanoTime() > end) {
        return Optional.empty();
      }
      if (seen.isEmpty()) {
        Thread.sleep(0, 20_000);
      }
    }
    return Optional.of(seen.poll());
  }

  @Override
  public Optional<Faults> faults() {
    return Optional.of(this);
  }

  /** The link is up while both ports are open. */
  @Override
  public synchronized boolean link(boolean up) throws Exception {
    if (up && peer == null) {
      peer = open();
    } else if (!up) {
      disconnect();
    }
    return true;
  }

  private void disconnect() {
    if (peer != null) {
      peer.close();
      peer = null;
    }
  }

  @Override
  public synchronized boolean remove() throws Exception {
    Driver driver = wires.driver();
    if (driver.schema().keys().stream().noneMatch(key -> key.name().equals(PULL))) {
      return false;
    }
    Map<String, String> pulls = new HashMap<>(ends.far());
    pulls.put(PULL, "true");
    driver.open(driver.schema().check("the far end", pulls), new PeerHost()).close();
    return true;
  }

  /** The near end of another pair, which has both its ports. */
  @Override
  public synchronized Optional<Map<String, String>> busy() throws Exception {
    if (others == null) {
      others = wires.ends();
      otherPeer = FarPort.open(wires.driver(), others.far(), Harness.Request.plain());
      held = HeldPort.of(wires.driver(), others.near());
    }
    return held == null ? Optional.empty() : Optional.of(others.near());
  }

  @Override
  public Optional<Set<String>> traces() throws Exception {
    Set<String> files = OutsideFiles.pinned();
    files.addAll(ends.files());
    return Optional.of(files);
  }

  @Override
  public synchronized void close() throws IOException {
    disconnect();
    if (held != null) {
      held.close();
    }
    if (otherPeer != null) {
      otherPeer.close();
    }
    ends.close();
    if (others != null) {
      others.close();
    }
  }
}
