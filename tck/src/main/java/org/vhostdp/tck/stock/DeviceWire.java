package org.vhostdp.tck.stock;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import org.vhostdp.linux.Errno;
import org.vhostdp.linux.Fd;
import org.vhostdp.linux.LinuxException;
import org.vhostdp.linux.Netlink;
import org.vhostdp.tck.harness.Faults;
import org.vhostdp.tck.harness.Trait;
import org.vhostdp.tck.harness.Wire;
import org.vhostdp.tck.harness.WireFrame;

/** A wire that ends in a packet socket on an interface of the kit's namespace. */
abstract class DeviceWire implements Wire, Faults {
  /** Ends a hang; Linux tells of a carrier a second late at times. */
  private static final long PATIENCE_NANOS = 20_000_000_000L;

  private final KitNamespace namespace;
  private final Map<String, String> config;
  private final PacketPeer peer;
  private final Set<Trait> traits;
  private final List<Fd> programs = new ArrayList<>();

  /**
   * @param namespace joined already; left when this is closed
   */
  DeviceWire(KitNamespace namespace, Map<String, String> config) throws Exception {
    this.namespace = namespace;
    this.config = config;
    peer = namespace.in(PacketPeer::new);
    Set<Trait> all = EnumSet.allOf(Trait.class);
    if (!peer.isDeep()) {
      all.remove(Trait.DEEP);
    }
    traits = Set.copyOf(all);
  }

  /** The interface that the packet socket is on. */
  abstract String far();

  /** The interface that the driver is given or makes. */
  abstract String near();

  /** Interfaces of this wire's own making, which are no traces of the port. */
  abstract Set<String> own();

  /** Takes away what this wire made. */
  abstract void removeOwn() throws IOException;

  final Netlink netlink() {
    return namespace.netlink();
  }

  final PacketPeer peer() {
    return peer;
  }

  final KitNamespace namespace() {
    return namespace;
  }

  @Override
  public final Map<String, String> config() {
    return config;
  }

  @Override
  public void started() throws Exception {
    long end = System.nanoTime() + PATIENCE_NANOS;
    Netlink.Link link = netlink().link(far());
    peer.bind(link.index());
    while (!link.running()) {
      if (System.nanoTime() > end) {
        throw new IllegalStateException(
            "The port was started, but the interface "
                + far()
                + (link.up() ? " has no carrier." : " is down."));
      }
      Thread.sleep(1);
      link = netlink().link(far());
    }
  }

  @Override
  public final Set<Trait> traits() {
    return traits;
  }

  @Override
  public final boolean send(WireFrame frame) throws Exception {
    return peer.send(frame);
  }

  @Override
  public final Optional<WireFrame> receive(Duration limit) throws Exception {
    return peer.receive(limit);
  }

  @Override
  public final OptionalInt program(String kind, int queue) throws Exception {
    if (!kind.equals(QueueProgram.KIND)) {
      return OptionalInt.empty();
    }
    Fd program = QueueProgram.choosing(queue);
    programs.add(program);
    return OptionalInt.of(program.raw());
  }

  @Override
  public final Optional<Faults> faults() {
    return Optional.of(this);
  }

  @Override
  public final boolean link(boolean up) throws Exception {
    netlink().up(far(), up);
    return true;
  }

  @Override
  public final boolean remove() throws Exception {
    netlink().delete(far());
    return true;
  }

  @Override
  public final Optional<Set<String>> traces() throws Exception {
    Set<String> traces = namespace.interfaces();
    boolean there = traces.contains(near());
    traces.removeAll(own());
    if (there) {
      traces.addAll(namespace.attached(near()));
    }
    traces.addAll(OutsideFiles.pinned());
    return Optional.of(traces);
  }

  /** For a wire that could not be made whole. */
  final void closePeer() {
    peer.close();
  }

  /** Deletes an interface that may be gone already. */
  final void delete(String name) throws LinuxException {
    try {
      netlink().delete(name);
    } catch (LinuxException e) {
      if (e.errno() != Errno.ENODEV) {
        throw e;
      }
    }
  }

  @Override
  public final void close() throws IOException {
    peer.close();
    programs.forEach(Fd::close);
    try {
      removeOwn();
    } finally {
      namespace.leave();
    }
  }
}
