package org.vhostdp.driver.mdev.vfio;

import java.util.List;

/**
 * A device that mediated devices can be made of.
 *
 * @param name its name in /sys/class/mdev_bus, which {@link VfioTarget.Created} takes
 * @param types what it offers, sorted by id
 * @param devices the UUIDs of those that exist, sorted
 */
public record MdevParent(String name, List<MdevType> types, List<String> devices) {
  public MdevParent {
    types = List.copyOf(types);
    devices = List.copyOf(devices);
  }
}
