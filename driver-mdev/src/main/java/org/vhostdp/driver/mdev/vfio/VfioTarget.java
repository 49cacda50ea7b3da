package org.vhostdp.driver.mdev.vfio;

/** The device that is meant. */
public sealed interface VfioTarget {
  /**
   * A whole PCI function.
   *
   * @param address domain:bus:device.function in hexadecimal, such as {@code 0000:00:04.0}; without
   *     a domain, 0000 is meant
   */
  record Function(String address) implements VfioTarget {}

  /**
   * A mediated device that exists.
   *
   * @param uuid its name in /sys/bus/mdev/devices
   */
  record Existing(String uuid) implements VfioTarget {}

  /**
   * A mediated device that is created, and removed at close.
   *
   * @param parent the parent's name in /sys/class/mdev_bus
   * @param type a type that the parent offers: the folder's name in mdev_supported_types
   * @param uuid its name, or null for a random one
   */
  record Created(String parent, String type, String uuid) implements VfioTarget {}
}
