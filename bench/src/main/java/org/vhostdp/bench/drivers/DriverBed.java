package org.vhostdp.bench.drivers;

import java.io.IOException;
import java.util.List;

/**
 * A driver, its C peer, and the devices they work on: one each, of the same kind, in the same
 * network namespace. A new driver joins the suite with one of these in {@link #ALL}.
 */
interface DriverBed {
  /** Those that are measured, in the order of the table. */
  List<DriverBed> ALL = List.of(new TapBed());

  /** The driver's name in rows. */
  String driver();

  /** The peer's name in samples: that of its DPDK device. */
  String peer();

  /**
   * Makes a device, before its side starts. It goes with the namespace; nothing by default, for
   * devices that a side makes itself.
   *
   * @param device name of its interface, at most 15 bytes
   */
  default void make(TestNamespace namespace, String device)
      throws IOException, InterruptedException {}

  /** What {@code -object} of vhost-dp says: the type and all keys but the id. */
  String object(TestNamespace namespace, String device);

  /** What {@code --vdev} of testpmd says, which runs in the namespace. */
  String vdev(String device);

  /**
   * The interface on the kernel's side of a device: it receives what the guest sends, and what is
   * sent to it goes to the guest.
   */
  default String kernelSide(String device) {
    return device;
  }
}
