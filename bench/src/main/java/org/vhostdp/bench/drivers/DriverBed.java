package org.vhostdp.bench.drivers;

import java.io.IOException;
import java.util.List;
import java.util.Optional;
import org.vhostdp.bench.host.DpdkDevice;

/**
 * A driver, its C peer, and the devices they work on: one each, of the same kind, in the same
 * network namespace. A new driver joins the suite with one of these in {@link #ALL}.
 */
interface DriverBed {
  /** Those that are measured, in the order of the table. */
  List<DriverBed> ALL =
      List.of(
          new TapBed(),
          new AfPacketBed(),
          new AfXdpBed(),
          new DpdkBed(DpdkDevice.NET_NULL),
          new DpdkBed(DpdkDevice.NET_RING));

  /** The driver's name in rows. */
  String driver();

  /** The name of testpmd's driver for the same devices. */
  String peer();

  /** The ways that can be measured. */
  default List<Direction> directions() {
    return List.of(Direction.GUEST_TO_HOST, Direction.HOST_TO_GUEST);
  }

  /**
   * Makes a device, before its side starts. It goes with the namespace; nothing by default, for
   * devices that a side makes itself.
   *
   * @param device name of its interface, at most 15 bytes
   */
  default void make(TestNamespace namespace, String device, Direction direction)
      throws IOException, InterruptedException {}

  /** What {@code -object} of vhost-dp says: the type and all keys but the id. */
  String object(TestNamespace namespace, String device, Cell cell);

  /** What {@code --vdev} of testpmd says, which runs in the namespace. */
  String vdev(String device, Cell cell);

  /**
   * The interface at a device's far end: it receives what the guest sends, and what is sent to it
   * goes to the guest. Empty if the device is not the kernel's: then what the client sends or
   * receives is all there is to count, and the device makes the frames for the guest itself.
   */
  default Optional<String> farEnd(String device) {
    return Optional.of(device);
  }

  /** Whether vhost-dp can only poll these devices, and so never sleeps. */
  default boolean isPolled() {
    return false;
  }

  /**
   * What a reader must know of how the devices were used, once both sides run.
   *
   * @param ours the device of vhost-dp
   * @param peer that of the peer
   */
  default List<String> notes(TestNamespace namespace, String ours, String peer)
      throws IOException, InterruptedException {
    return List.of();
  }
}
