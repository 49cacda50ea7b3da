package org.vhostdp.tck.stock;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.List;
import org.vhostdp.linux.LinkMonitor;
import org.vhostdp.linux.LinuxException;
import org.vhostdp.linux.Netlink;
import org.vhostdp.linux.PacketSocket;
import org.vhostdp.spi.Capabilities;
import org.vhostdp.spi.DriverException;
import org.vhostdp.spi.Offload;
import org.vhostdp.spi.Port;
import org.vhostdp.spi.PortEvents;
import org.vhostdp.spi.PortSettings;
import org.vhostdp.spi.Region;
import org.vhostdp.spi.RxQueue;
import org.vhostdp.spi.Statistics;
import org.vhostdp.spi.TxQueue;
import org.vhostdp.spi.Wakeup;

/** A port of {@link PacketDriver}. */
final class PacketPort implements Port, PortEvents {
  /** Bytes of a frame's place: more than the largest that is to be segmented. */
  static final int PLACE = 70_000;

  /** Frames of a queue. */
  static final int PLACES = 256;

  private static final int GSO =
      Offload.CSUM_PARTIAL
          | Offload.GSO_TCP4
          | Offload.GSO_TCP6
          | Offload.GSO_USO
          | Offload.GSO_ECN;

  private static final int WAITING_BYTES = 64 << 20;

  private static final Capabilities CAPABILITIES =
      Capabilities.builder()
          .offloads(GSO | Offload.VLAN, GSO)
          .mtu(68, 65_535)
          .frames(PLACE, PLACE, 1)
          .lent(PLACES, PLACES)
          .build();

  private final PacketDriver.Inside inside;
  private final Statistics counters = new Statistics();
  private final PacketRx rx = new PacketRx(this, counters);
  private final PacketTx tx = new PacketTx(this, counters);
  private PortSettings settings;
  private PacketSocket socket;
  private Arena memory;
  private List<Region> regions = List.of();
  private boolean up;
  private boolean gone;
  private boolean closed;

  PacketPort(PacketDriver.Inside inside) throws LinuxException {
    this.inside = inside;
    up = inside.netlink().link(inside.ifname()).running();
  }

  /** Null while not started. */
  PacketSocket socket() {
    return socket;
  }

  PortSettings settings() {
    return settings;
  }

  MemorySegment memory(int region) {
    return regions.get(region).segment();
  }

  @Override
  public Capabilities capabilities() {
    return CAPABILITIES;
  }

  @Override
  public void configure(PortSettings next) throws DriverException {
    next.check(CAPABILITIES);
    requireOpen();
    if (socket != null) {
      settings.checkLive(next, CAPABILITIES);
    }
    try {
      if (next.mtu() != 0) {
        inside.netlink().mtu(inside.ifname(), next.mtu());
      }
    } catch (LinuxException e) {
      throw PacketDriver.told(e);
    }
    settings = next;
  }

  private void requireOpen() {
    if (closed) {
      throw new IllegalStateException("the port is closed");
    }
  }

  @Override
  public void start() throws DriverException {
    requireOpen();
    if (settings == null) {
      throw new IllegalStateException("the port was never configured");
    }
    if (socket != null) {
      return;
    }
    PacketSocket made =
        inside.in(
            () -> {
              PacketSocket open = PacketSocket.open(WAITING_BYTES);
              open.bind(inside.netlink().link(inside.ifname()).index());
              return open;
            });
    memory = Arena.ofShared();
    regions =
        List.of(
            new Region(memory.allocate((long) PLACE * PLACES, 64)),
            new Region(memory.allocate((long) PLACE * PLACES, 64)));
    rx.start();
    tx.start();
    socket = made;
  }

  @Override
  public void stop() {
    if (socket != null) {
      socket.close();
      socket = null;
      regions = List.of();
      memory.close();
    }
  }

  @Override
  public List<Region> regions() {
    return regions;
  }

  @Override
  public RxQueue rx(int queue) {
    requireQueue(queue);
    return rx;
  }

  @Override
  public TxQueue tx(int queue) {
    requireQueue(queue);
    return tx;
  }

  private void requireQueue(int queue) {
    requireOpen();
    if (queue != 0 || settings == null) {
      throw new IndexOutOfBoundsException("there is no queue " + queue);
    }
  }

  @Override
  public PortEvents events() {
    return this;
  }

  @Override
  public int next() {
    LinkMonitor monitor = inside.monitor();
    while (!closed && !gone && monitor.next()) {
      if (!monitor.name().equals(inside.ifname())) {
        continue;
      }
      boolean was = up;
      up = monitor.running() && !monitor.deleted();
      if (monitor.deleted()) {
        gone = true;
        return REMOVED;
      }
      if (up != was) {
        return up ? LINK_UP : LINK_DOWN;
      }
    }
    return NONE;
  }

  @Override
  public String detail() {
    return "The interface " + inside.ifname() + " is " + (up ? "up." : "down.");
  }

  @Override
  public boolean linkUp() {
    return up;
  }

  @Override
  public Wakeup wakeup() {
    return new PacketWakeup(() -> inside.monitor().fd().raw());
  }

  @Override
  public void statistics(Statistics out) {
    synchronized (counters) {
      out.add(counters);
    }
  }

  @Override
  public void close() {
    if (!closed) {
      stop();
      closed = true;
      inside.monitor().close();
      Netlink netlink = inside.netlink();
      netlink.close();
    }
  }
}
