package org.vhostdp.driver.mdev;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.vhostdp.driver.mdev.vfio.MdevParent;
import org.vhostdp.driver.mdev.vfio.MdevParents;
import org.vhostdp.spi.Probe;

/** Whether the kernel has VFIO and an IOMMU for it. Opens nothing. */
final class MdevProbe {
  private final Path root;

  /**
   * @param root of the file system
   */
  MdevProbe(Path root) {
    this.root = root;
  }

  Probe probe() {
    Path container = root.resolve("dev/vfio/vfio");
    Path iommufd = root.resolve("dev/iommu");
    boolean groups = Files.exists(container);
    if (!groups && !Files.exists(iommufd)) {
      return Probe.unavailable(
          "This kernel has no VFIO: there is neither /dev/vfio/vfio nor /dev/iommu.",
          "Load it (modprobe vfio-pci; for mediated devices also mdev), or use a kernel that has"
              + " CONFIG_VFIO.");
    }
    if (isEmpty(root.resolve("sys/kernel/iommu_groups")) && !mediated()) {
      return Probe.unavailable(
          "This machine has no IOMMU groups, so that no device can be handed out.",
          "Turn the IOMMU on in the firmware and on the kernel's command line (intel_iommu=on or"
              + " amd_iommu=on).");
    }
    Path control = groups ? container : iommufd;
    if (!Files.isReadable(control) || !Files.isWritable(control)) {
      return Probe.unavailable(
          "This process may not open " + shown(control) + ".",
          "Run as root, or give its user this file and that of the device's group under"
              + " /dev/vfio.");
    }
    return Probe.ok(parents());
  }

  /** What mediated devices can be made of, as a sentence; empty if there is nothing. */
  private String parents() {
    List<MdevParent> parents = MdevParents.list(root.resolve("sys"));
    return parents.isEmpty()
        ? ""
        : parents.stream()
            .map(parent -> parent.name() + " (" + types(parent) + ")")
            .collect(Collectors.joining(", ", "Parents of mediated devices: ", "."));
  }

  private static String types(MdevParent parent) {
    return parent.types().stream()
        .map(type -> type.id() + (type.available() < 0 ? "" : ", " + type.available() + " free"))
        .collect(Collectors.joining("; "));
  }

  /** A mediated device may need no IOMMU: its parent does the translating. */
  private boolean mediated() {
    return !isEmpty(root.resolve("sys/class/mdev_bus"));
  }

  private String shown(Path file) {
    return "/" + root.relativize(file);
  }

  private static boolean isEmpty(Path folder) {
    try (Stream<Path> all = Files.list(folder)) {
      return all.findAny().isEmpty();
    } catch (IOException e) {
      // What is not there, or not shown, has nothing in it for us.
      return true;
    }
  }
}
