package org.vhostdp.driver.mdev.vfio;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.vhostdp.spi.DriverException;

/** What a guest kernel offers to these tests, or why they are skipped. */
final class Rig {
  private static final int VIRTIO_VENDOR = 0x1af4;

  private Rig() {}

  /**
   * The virtio network functions behind a PCI Express port, by address: their transfers go through
   * the IOMMU, and they can be reset and unplugged.
   */
  private static List<PciFunction> functions() {
    return PciFunctions.network().stream()
        .filter(f -> f.vendor() == VIRTIO_VENDOR && !f.group().isEmpty())
        .filter(f -> !f.address().startsWith("0000:00:"))
        .toList();
  }

  /** The first of them, with the kernel's own driver, whatever an earlier test left it with. */
  static String function() {
    assumeTrue(
        Files.exists(Path.of("/sys/bus/pci/drivers/vfio-pci")),
        "needs the kernel's driver vfio-pci (a guest kernel)");
    List<PciFunction> there = functions();
    assumeTrue(
        !there.isEmpty(), "needs a virtio network function behind an IOMMU and a PCI Express port");
    String address = there.getFirst().address();
    if ("vfio-pci".equals(driver(address))) {
      giveBack(address);
    }
    return address;
  }

  private static void giveBack(String address) {
    Path device = Path.of("/sys/bus/pci/devices", address);
    try {
      Sysfs.write(device.resolve("driver/unbind"), address, "");
      Sysfs.write(device.resolve("driver_override"), "\n", "");
      Sysfs.write(Path.of("/sys/bus/pci/drivers_probe"), address, "");
    } catch (DriverException e) {
      throw new IllegalStateException(e);
    }
  }

  static VfioOptions taking(String address, VfioApi api) {
    return new VfioOptions(new VfioTarget.Function(address), api, true);
  }

  /** The kernel driver that a function is bound to, or null. */
  static String driver(String address) {
    return Sysfs.target(Path.of("/sys/bus/pci/devices", address, "driver"));
  }
}
