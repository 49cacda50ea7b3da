package org.vhostdp.driver.mdev.vfio;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.vhostdp.spi.DriverException;
import org.vhostdp.spi.DriverException.Reason;

/**
 * Devices that the IOMMU cannot tell apart, or that could reach each other past it: they are handed
 * out together or not at all.
 *
 * @param number its number
 * @param folder its folder in sysfs
 */
record IommuGroup(String number, Path folder) {
  /** The drivers that leave a group to userspace. */
  private static final List<String> HARMLESS = List.of("pci-stub", "pcieport");

  /** The group of a device's folder. */
  static IommuGroup of(Sysfs sysfs, Path device) throws DriverException {
    String number = Sysfs.target(device.resolve("iommu_group"));
    if (number == null) {
      throw VfioErrors.noIommu(device.getFileName().toString());
    }
    IommuGroup group =
        new IommuGroup(number, sysfs.sys().resolve("kernel/iommu_groups").resolve(number));
    if (group.isUnprotected(sysfs)) {
      throw new DriverException(
          Reason.UNSUPPORTED,
          device.getFileName()
              + " is offered by VFIO without an IOMMU (enable_unsafe_noiommu_mode): it could"
              + " overwrite any memory of this machine.",
          VfioErrors.NO_IOMMU_ADVICE);
    }
    return group;
  }

  /**
   * Whether VFIO made up the group for want of an IOMMU. The kernel gives the same name to groups
   * of devices that make no transfers themselves, as mediated ones, whose driver keeps to what was
   * mapped; but only a group without protection has no node under its bare number.
   */
  private boolean isUnprotected(Sysfs sysfs) {
    return Sysfs.read(folder.resolve("name"), "").equals("vfio-noiommu")
        && !Files.exists(sysfs.dev().resolve("vfio").resolve(number));
  }

  /** The members, sorted. */
  List<String> members() {
    return Sysfs.names(folder.resolve("devices"));
  }

  /**
   * Members that some kernel driver works with, each as "0000:00:1f.2 (ahci)"; they keep the group
   * from being handed out.
   */
  List<String> inTheWay() {
    List<String> others = new ArrayList<>();
    for (String member : members()) {
      String driver = Sysfs.target(folder.resolve("devices").resolve(member).resolve("driver"));
      boolean free = driver == null || driver.contains("vfio") || HARMLESS.contains(driver);
      if (!free) {
        others.add(member + " (" + driver + ")");
      }
    }
    return others;
  }

  /** The group cannot be handed out, and why. */
  DriverException notViable(String device) {
    List<String> others = inTheWay();
    String because =
        others.isEmpty()
            ? "some of its devices are still in use"
            : "kernel drivers work with " + String.join(", ", others);
    return new DriverException(
        Reason.BUSY,
        device
            + " cannot be handed out: IOMMU group "
            + number
            + " goes as a whole, and "
            + because
            + ".",
        "Bind them to vfio-pci too, or unbind them; or put the device into a slot of its own, or"
            + " behind a port with access control services.");
  }
}
