package org.vhostdp.driver.mdev.vfio;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** The network functions on this machine's PCI bus. */
public final class PciFunctions {
  /** Base class 2: network controllers. */
  private static final int NETWORK = 0x02;

  private PciFunctions() {}

  /** All of them, sorted by address. Needs no privilege. */
  public static List<PciFunction> network() {
    return network(Sysfs.real());
  }

  static List<PciFunction> network(Sysfs sysfs) {
    Path devices = sysfs.sys().resolve("bus/pci/devices");
    List<PciFunction> list = new ArrayList<>();
    for (String address : Sysfs.names(devices)) {
      PciFunction function = of(devices.resolve(address), address);
      if (function.classCode() >>> 16 == NETWORK) {
        list.add(function);
      }
    }
    return List.copyOf(list);
  }

  private static PciFunction of(Path folder, String address) {
    String driver = Sysfs.target(folder.resolve("driver"));
    String group = Sysfs.target(folder.resolve("iommu_group"));
    return new PciFunction(
        address,
        Sysfs.number(folder.resolve("vendor"), 0xffff),
        Sysfs.number(folder.resolve("device"), 0xffff),
        Sysfs.number(folder.resolve("class"), 0),
        driver == null ? "" : driver,
        group == null ? "" : group);
  }
}
