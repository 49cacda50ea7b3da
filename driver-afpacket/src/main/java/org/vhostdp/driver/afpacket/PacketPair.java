package org.vhostdp.driver.afpacket;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import org.vhostdp.driver.afpacket.generated.Packet;
import org.vhostdp.driver.afpacket.generated.tpacket_stats_v3;
import org.vhostdp.linux.LinuxException;
import org.vhostdp.netdevice.Gate;
import org.vhostdp.netdevice.Outgoing;
import org.vhostdp.spi.DriverException;
import org.vhostdp.spi.Region;

/**
 * One queue pair: a socket with a receive ring, one with a transmit ring, and the queues on them.
 * The sockets are there from start to stop, the queues from configure on. Control threads only.
 *
 * <p>Two sockets, because one has the same ring version both ways, and because a socket with a
 * transmit ring sends nothing else.
 */
final class PacketPair implements AutoCloseable {
  /** Bytes in flight, as the kernel counts them: reached before the ring is full. */
  private static final int SEND_BYTES = 128 << 10;

  /** Bytes of frames outside the receive ring that may wait. */
  private static final int LARGE_BYTES = 16 << 20;

  private final PacketDevice device;
  private final PacketTraffic traffic;
  private final PacketQueueRx rx;
  private final PacketQueueTx tx;
  private final LargeFrames large;
  private RingSocket receiver;
  private RingSocket sender;

  private PacketPair(
      PacketDevice device,
      PacketTraffic traffic,
      PacketQueueRx rx,
      PacketQueueTx tx,
      LargeFrames large) {
    this.device = device;
    this.traffic = traffic;
    this.rx = rx;
    this.tx = tx;
    this.large = large;
  }

  /**
   * Makes a pair without sockets.
   *
   * @param region id of its first region
   * @param mtu bytes of layer 3 that a slot of the receive ring must hold
   */
  static PacketPair of(
      PacketDevice device, Gate gate, PacketTraffic traffic, Outgoing outgoing, int region, int mtu)
      throws LinuxException, DriverException {
    PacketOptions options = device.options();
    boolean vnet = device.vnet();
    LargeFrames large = null;
    PacketQueueRx rx = null;
    PacketQueueTx tx = null;
    try {
      if (options.blocks()) {
        int blocks = Sizes.blocks(options.frames());
        rx = new BlockRx(gate, traffic.rx(), region, vnet, blocks);
      } else {
        large = vnet ? new LargeFrames() : null;
        Geometry ring = Sizes.receive(mtu, options.frames());
        rx = new FrameRx(gate, traffic.rx(), region, vnet, ring, large);
      }
      TxSlots slots = Sizes.slots(device);
      int own = region + (large == null ? 1 : 2);
      tx = new PacketQueueTx(gate, traffic.tx(), own, vnet, slots, outgoing);
      return new PacketPair(device, traffic, rx, tx, large);
    } finally {
      if (tx == null) {
        if (large != null) {
          large.close();
        }
        if (rx != null) {
          rx.close();
        }
      }
    }
  }

  /** Regions of each pair. */
  static int regions(PacketDevice device) {
    return device.vnet() && !device.options().blocks() ? 3 : 2;
  }

  PacketQueueRx rx() {
    return rx;
  }

  PacketQueueTx tx() {
    return tx;
  }

  RingSocket receiver() {
    return receiver;
  }

  /**
   * Opens the sockets; in the interface's namespace.
   *
   * @param filter of the receiving one for now, or null
   */
  void open(PacketFilter filter) throws DriverException {
    sender = RingSocket.open(device.name());
    sender.settle(device.vnet(), false);
    PacketCalls.set(sender.raw(), Packet.SOL_SOCKET(), Packet.SO_SNDBUF(), SEND_BYTES);
    bypass(sender);
    sender.ring("PACKET_TX_RING", Packet.PACKET_TX_RING(), tx.slots().geometry());
    sender.bind(device.index(), 0);

    receiver = RingSocket.open(device.name());
    receiver.settle(device.vnet(), device.options().blocks());
    receiver.set("PACKET_IGNORE_OUTGOING", Packet.PACKET_IGNORE_OUTGOING(), 1);
    bypass(receiver);
    if (filter != null) {
      receiver.filter(filter);
    }
    if (rx instanceof FrameRx frames) {
      if (large != null) {
        receiver.set("PACKET_COPY_THRESH", Packet.PACKET_COPY_THRESH(), 1);
        receiver.receiveBytes(LARGE_BYTES);
      }
      receiver.ring("PACKET_RX_RING", Packet.PACKET_RX_RING(), frames.geometry());
    } else if (rx instanceof BlockRx blocks) {
      receiver.blocks(BlockRx.BLOCK, blocks.blocks());
    }
    rx.attach(receiver);
    tx.attach(sender, receiver);
    // Last: frames that come from here on have where to go.
    receiver.bind(device.index(), Packet.ETH_P_ALL());
  }

  private void bypass(RingSocket socket) throws DriverException {
    if (device.options().bypass()) {
      socket.set("PACKET_QDISC_BYPASS", Packet.PACKET_QDISC_BYPASS(), 1);
    }
  }

  /** The regions of this pair, while the sockets are open. */
  List<Region> regions() {
    List<Region> all = new ArrayList<>();
    all.add(new Region(receiver.memory()));
    if (large != null) {
      all.add(new Region(large.memory()));
    }
    all.add(new Region(sender.memory()));
    return all;
  }

  /** Whether the kernel still sends frames of the ring. */
  boolean isSending() {
    return sender != null && tx.slots().memory() != null && tx.slots().isBusy();
  }

  /** Adds the frames that the kernel dropped since it was last asked. */
  void count() {
    if (receiver == null) {
      return;
    }
    try (Arena arena = Arena.ofConfined()) {
      // The form of version 3 is that of version 2 with a counter more.
      MemorySegment answer = tpacket_stats_v3.allocate(arena);
      int level = Packet.SOL_PACKET();
      MemorySegment state = PacketCalls.state(arena);
      MemorySegment size = arena.allocate(Integer.BYTES, Integer.BYTES);
      int number = Packet.PACKET_STATISTICS();
      if (PacketCalls.get(state, receiver.raw(), level, number, answer, size) >= 0) {
        long drops = tpacket_stats_v3.tp_drops(answer) & 0xFFFFFFFFL;
        traffic.rx().add(PacketCounters.KERNEL, drops);
      }
    }
  }

  /** Closes the sockets; no burst call runs. */
  void shut() {
    count();
    rx.detach();
    tx.detach();
    if (receiver != null) {
      receiver.close();
      receiver = null;
    }
    if (sender != null) {
      sender.close();
      sender = null;
    }
  }

  @Override
  public void close() {
    shut();
    rx.close();
    tx.close();
    if (large != null) {
      large.close();
    }
  }
}
