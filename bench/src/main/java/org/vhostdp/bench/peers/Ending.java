package org.vhostdp.bench.peers;

import java.util.List;
import java.util.Optional;
import org.vhostdp.bench.host.DpdkDevice;

/** What is behind the vhost device on both sides. */
enum Ending {
  /** The reference driver of vhost-dp; testpmd's own forward modes. */
  REFERENCE(null, List.of(Cell.Direction.values())),

  /** DPDK's net_null, through driver-dpdk and natively. */
  NET_NULL(
      DpdkDevice.NET_NULL, List.of(Cell.Direction.GUEST_TO_HOST, Cell.Direction.HOST_TO_GUEST)),

  /** DPDK's net_ring, which hands back what it is given. */
  NET_RING(DpdkDevice.NET_RING, List.of(Cell.Direction.BOTH));

  private final DpdkDevice dpdk;
  private final List<Cell.Direction> directions;

  Ending(DpdkDevice dpdk, List<Cell.Direction> directions) {
    this.dpdk = dpdk;
    this.directions = directions;
  }

  /** The ways that frames can go. */
  List<Cell.Direction> directions() {
    return directions;
  }

  /** Whether frames of mixed lengths can go this way. */
  boolean mixes(Cell.Direction direction) {
    return this != NET_NULL || direction == Cell.Direction.GUEST_TO_HOST;
  }

  /** Whether vhost-dp can only poll it, and so never sleeps. */
  boolean isPolled() {
    return dpdk != null;
  }

  /** How cells' names begin. */
  String prefix() {
    return dpdk == null ? "" : dpdk + ", ";
  }

  /** testpmd's device there, if it is one. */
  Optional<String> vdev(Cell cell) {
    return Optional.ofNullable(dpdk)
        .map(
            device ->
                cell.direction() == Cell.Direction.HOST_TO_GUEST
                    ? device.source(cell.frames())
                    : device.sink());
  }

  /** What {@code -object} of vhost-dp says: the type and all keys but the id. */
  String object(Cell cell) {
    return vdev(cell).map(DpdkDevice::object).orElseGet(() -> reference(cell));
  }

  @Override
  public String toString() {
    return dpdk == null ? "loopback" : dpdk.toString();
  }

  private static String reference(Cell cell) {
    String frames =
        cell.direction() != Cell.Direction.HOST_TO_GUEST
            ? ""
            : cell.frames() == Cell.MIX ? ",frame-mix=true" : ",frame-bytes=" + cell.frames();
    // Without foreign memory: each frame is copied into, or out of, the driver's own memory.
    // Without offloads: its frames have the room of one Ethernet frame, as testpmd's mbufs.
    return "vhost-dp-loopback,foreign=false,offloads=none,mtu=1518,depth=128,"
        + cell.direction().driver
        + frames;
  }
}
