package org.vhostdp.driver.mdev;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.stream.Stream;

/**
 * The machine that the tests of the real driver need: an IOMMU, and virtio network devices in pairs
 * that a hypervisor has wired to each other. The near ones are behind PCI Express root ports and
 * are given to vfio-pci; the far ones are on the root bus and stay the kernel's.
 */
final class GuestLab {
  static final Path DEVICES = Path.of("/sys/bus/pci/devices");
  private static final Path DRIVERS = Path.of("/sys/bus/pci/drivers");
  private static final String VIRTIO_NET = "0x1041";

  private GuestLab() {}

  /** Skips unless there are so many pairs. */
  static void needs(int pairs) throws IOException {
    assumeTrue(
        Files.isDirectory(Path.of("/sys/class/iommu"))
            && Files.exists(Path.of("/dev/vfio/vfio"))
            && near().size() >= pairs
            && far().size() >= pairs,
        "needs a machine with an IOMMU, VFIO, and "
            + pairs
            + " pairs of virtio network devices (build guest -- test mdev)");
  }

  /** Addresses of the near devices, which belong to vfio-pci when this returns. */
  static List<String> near() throws IOException {
    List<String> all = functions().filter(address -> !address.startsWith("0000:00:")).toList();
    for (String address : all) {
      bind(address);
    }
    return all;
  }

  /** Interfaces of the far devices. */
  static List<String> far() throws IOException {
    return functions()
        .filter(address -> address.startsWith("0000:00:"))
        .map(GuestLab::ifname)
        .toList();
  }

  private static Stream<String> functions() throws IOException {
    if (!Files.isDirectory(DEVICES)) {
      return Stream.empty();
    }
    try (Stream<Path> all = Files.list(DEVICES)) {
      return all
          .filter(folder -> VIRTIO_NET.equals(read(folder.resolve("device"))))
          .map(folder -> folder.getFileName().toString())
          .sorted()
          .toList()
          .stream();
    }
  }

  private static String ifname(String address) {
    try (Stream<Path> found = Files.walk(DEVICES.resolve(address).toRealPath(), 3)) {
      return found
          .filter(path -> path.getParent().getFileName().toString().equals("net"))
          .map(path -> path.getFileName().toString())
          .findFirst()
          .orElseThrow(() -> new IllegalStateException(address + " has no interface"));
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }

  private static void bind(String address) throws IOException {
    Path device = DEVICES.resolve(address);
    Path driver = device.resolve("driver");
    if (Files.exists(driver)) {
      if (driver.toRealPath().endsWith("vfio-pci")) {
        return;
      }
      write(driver.resolve("unbind"), address);
    }
    write(device.resolve("driver_override"), "vfio-pci");
    write(DRIVERS.resolve("vfio-pci/bind"), address);
  }

  static String read(Path file) {
    try {
      return Files.readString(file).strip();
    } catch (IOException e) {
      return "";
    }
  }

  static void write(Path file, String text) throws IOException {
    Files.writeString(file, text, StandardOpenOption.WRITE);
  }
}
