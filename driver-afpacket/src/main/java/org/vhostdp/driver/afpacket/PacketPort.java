package org.vhostdp.driver.afpacket;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.vhostdp.driver.afpacket.generated.Packet;
import org.vhostdp.netdevice.Change;
import org.vhostdp.netdevice.Claims;
import org.vhostdp.netdevice.Gate;
import org.vhostdp.netdevice.Outgoing;
import org.vhostdp.spi.Capabilities;
import org.vhostdp.spi.DriverException;
import org.vhostdp.spi.Offload;
import org.vhostdp.spi.Port;
import org.vhostdp.spi.PortEvents;
import org.vhostdp.spi.PortSettings;
import org.vhostdp.spi.Region;
import org.vhostdp.spi.RxQueue;
import org.vhostdp.spi.Statistics;
import org.vhostdp.spi.Steering;
import org.vhostdp.spi.TxQueue;

/** An open interface. Control threads, one call at a time. */
final class PacketPort implements Port {
  /** Greatest MTU of an Ethernet interface: 65535 less the header. */
  private static final int MOST_MTU = 65521;

  private final PacketDevice device;
  private final Claims.Claim claim;
  private final Gate gate = new Gate();
  private final Capabilities capabilities;
  private final Outgoing outgoing;
  private final PacketEvents events;
  private final PacketSteering steering;
  private final List<PacketTraffic> traffic = new ArrayList<>();
  private PacketPairs pairs;
  private PortSettings settings = PortSettings.defaults();
  private int slotMtu;
  private boolean configured;
  private boolean started;
  private boolean closed;

  /** Takes ownership of device and claim unless it throws. */
  PacketPort(PacketDevice device, Claims.Claim claim) throws DriverException {
    this.device = device;
    this.claim = claim;
    capabilities = capabilities(device);
    outgoing = new Outgoing(capabilities.txOffloads());
    events = new PacketEvents(device, gate);
    steering = device.program() < 0 ? null : new PacketSteering(this, device);
    slotMtu = device.mtuAtOpen();
    pairs = make(1);
  }

  private static Capabilities capabilities(PacketDevice device) {
    int plain = Offload.CSUM_VALID | Offload.VLAN;
    int segments = Offload.CSUM_PARTIAL | Offload.GSO_TCP4 | Offload.GSO_TCP6 | Offload.GSO_ECN;
    int all = device.vnet() ? plain | segments : plain;
    if (device.vnet() && PacketDevice.hasUso()) {
      all |= Offload.GSO_USO;
    }
    TxSlots slots = Sizes.slots(device);
    int live = Capabilities.LIVE_OFFLOADS | Capabilities.LIVE_MAC;
    return Capabilities.builder()
        .maxQueuePairs(device.options().queues())
        .offloads(all, all)
        .mtu(68, MOST_MTU)
        .frames(Outgoing.LONGEST, slots.room(), SingleSend.MOST_ENTRIES)
        .lent(slots.count(), PacketQueueRx.MOST_LENT)
        .live(device.vnet() ? live | Capabilities.LIVE_MTU : live)
        .build();
  }

  private PacketPairs make(int count) throws DriverException {
    while (traffic.size() < count) {
      traffic.add(new PacketTraffic());
    }
    return PacketPairs.of(device, gate, traffic, outgoing, count, slotMtu);
  }

  @Override
  public Capabilities capabilities() {
    return capabilities;
  }

  @Override
  public void configure(PortSettings next) throws DriverException {
    ensureOpen();
    next.check(capabilities);
    if (started) {
      settings.checkLive(next, capabilities);
    }
    int mtu = device.link().mtu();
    int before = slotMtu;
    Change change = new Change();
    try {
      if (next.mtu() != 0 && next.mtu() != mtu) {
        change.undo(() -> mtu(mtu));
        mtu(next.mtu());
      }
      PacketPairs made = pairs;
      if (!started) {
        slotMtu = next.mtu() == 0 ? mtu : next.mtu();
        change.undo(() -> slotMtu = before);
        if (slotMtu != before || next.queuePairs() != pairs.pairs().size()) {
          made = make(next.queuePairs());
          change.undo(made::close);
        }
      } else {
        address(settings.mac(), next.mac(), change);
      }
      commit(next, made);
    } catch (DriverException | RuntimeException e) {
      change.revert(e);
      throw e;
    }
  }

  private void mtu(int bytes) throws DriverException {
    device.mtu(bytes);
    events.expectMtu(bytes);
  }

  /** A live change of the station's address, which an interface that filters must know. */
  private void address(byte[] old, byte[] mac, Change change) throws DriverException {
    if (device.options().promiscuous() || Arrays.equals(old, mac)) {
      return;
    }
    if (mac != null) {
      member(Packet.PACKET_ADD_MEMBERSHIP(), Packet.PACKET_MR_UNICAST(), mac);
      change.undo(() -> member(Packet.PACKET_DROP_MEMBERSHIP(), Packet.PACKET_MR_UNICAST(), mac));
    }
    if (old != null) {
      member(Packet.PACKET_DROP_MEMBERSHIP(), Packet.PACKET_MR_UNICAST(), old);
    }
  }

  private void commit(PortSettings next, PacketPairs made) {
    if (made != pairs) {
      pairs.close();
      pairs = made;
    }
    gate.offloads(next.rxOffloads());
    settings = next;
    configured = true;
  }

  @Override
  public void start() throws DriverException {
    ensureOpen();
    if (!configured) {
      throw new IllegalStateException(
          "The port on " + device.name() + " was not configured; configure it before it starts.");
    }
    if (started) {
      return;
    }
    gate.mtu(device.link().mtu());
    pairs.open();
    try {
      receiveMore();
      started = true;
    } finally {
      if (!started) {
        pairs.shut();
      }
    }
    gate.set(true, true);
  }

  /** Has the interface take in the frames of the station behind the port. */
  private void receiveMore() throws DriverException {
    if (device.options().promiscuous()) {
      member(Packet.PACKET_ADD_MEMBERSHIP(), Packet.PACKET_MR_PROMISC(), null);
      return;
    }
    member(Packet.PACKET_ADD_MEMBERSHIP(), Packet.PACKET_MR_ALLMULTI(), null);
    if (settings.mac() != null) {
      member(Packet.PACKET_ADD_MEMBERSHIP(), Packet.PACKET_MR_UNICAST(), settings.mac());
    }
  }

  private void member(int option, int type, byte[] mac) throws DriverException {
    pairs.first().membership(option, device.index(), type, mac);
  }

  @Override
  public void stop() {
    if (started) {
      started = false;
      gate.set(false, false);
      pairs.shut();
    }
  }

  @Override
  public List<Region> regions() {
    return pairs.regions();
  }

  @Override
  public RxQueue rx(int queue) {
    return pairs.pairs().get(queue).rx();
  }

  @Override
  public TxQueue tx(int queue) {
    return pairs.pairs().get(queue).tx();
  }

  @Override
  public PortEvents events() {
    return events;
  }

  @Override
  public void statistics(Statistics out) {
    if (!closed) {
      pairs.count();
    }
    traffic.forEach(pair -> pair.addTo(out));
  }

  @Override
  public <F> Optional<F> facet(Class<F> type) {
    return type == Steering.class
        ? Optional.ofNullable(steering).map(type::cast)
        : Optional.empty();
  }

  /** Lets a program choose the queue from now on, if there is a choice. */
  void steer(int program) throws DriverException {
    if (started && pairs.pairs().size() > 1) {
      pairs.steer(program);
    }
  }

  private void ensureOpen() {
    if (closed) {
      throw new IllegalStateException("The port on " + device.name() + " is closed.");
    }
  }

  @Override
  public void close() {
    if (closed) {
      return;
    }
    stop();
    closed = true;
    pairs.close();
    device.close();
    claim.close();
  }
}
