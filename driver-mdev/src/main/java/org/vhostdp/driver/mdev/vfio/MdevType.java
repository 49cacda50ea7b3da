package org.vhostdp.driver.mdev.vfio;

/**
 * A kind of mediated device that a parent offers (Documentation/ABI/testing/sysfs-bus-vfio-mdev).
 *
 * @param id the folder's name, which {@link VfioTarget.Created} takes
 * @param name the parent's name for it, or empty
 * @param description one line or more, or empty
 * @param deviceApi what it looks like, such as {@code vfio-pci}
 * @param available how many more can be made now; -1 if the parent does not say
 */
public record MdevType(
    String id, String name, String description, String deviceApi, int available) {}
