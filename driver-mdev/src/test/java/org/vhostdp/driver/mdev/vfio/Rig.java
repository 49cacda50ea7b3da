package org.vhostdp.driver.mdev.vfio;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

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

  /** The first of them. */
  static String function() {
    assumeTrue(
        Files.exists(Path.of("/sys/bus/pci/drivers/vfio-pci")),
        "needs the kernel's driver vfio-pci (a guest kernel)");
    List<PciFunction> there = functions();
    assumeTrue(
        !there.isEmpty(), "needs a virtio network function behind an IOMMU and a PCI Express port");
    return there.getFirst().address();
  }

  static VfioOptions taking(String address, VfioApi api) {
    return new VfioOptions(new VfioTarget.Function(address), api, true);
  }

  /** The kernel driver that a function is bound to, or null. */
  static String driver(String address) {
    return Sysfs.target(Path.of("/sys/bus/pci/devices", address, "driver"));
  }
}
