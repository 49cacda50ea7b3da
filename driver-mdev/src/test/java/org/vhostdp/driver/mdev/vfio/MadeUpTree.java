package org.vhostdp.driver.mdev.vfio;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** A tree of devices as sysfs has it, in a folder. */
record MadeUpTree(Path root) {
  Sysfs sysfs() {
    return new Sysfs(root.resolve("sys"), root.resolve("dev"), root.resolve("notes"));
  }

  Path sys() {
    return root.resolve("sys");
  }

  /** A file with its folders. */
  Path file(String path, String text) throws IOException {
    Path file = sys().resolve(path);
    Files.createDirectories(file.getParent());
    return Files.writeString(file, text + "\n");
  }

  /** A function on the bus. Group or driver null: none. */
  Path function(String address, String ids, String driver, String group) throws IOException {
    Path folder = sys().resolve("bus/pci/devices").resolve(address);
    String[] words = ids.split(" ");
    file("bus/pci/devices/" + address + "/vendor", words[0]);
    file("bus/pci/devices/" + address + "/device", words[1]);
    file("bus/pci/devices/" + address + "/class", words[2]);
    file("bus/pci/devices/" + address + "/driver_override", "(null)");
    if (driver != null) {
      link(folder.resolve("driver"), sys().resolve("bus/pci/drivers").resolve(driver));
    }
    if (group != null) {
      Path members = sys().resolve("kernel/iommu_groups").resolve(group).resolve("devices");
      link(folder.resolve("iommu_group"), members.getParent());
      link(members.resolve(address), folder);
    }
    return folder;
  }

  void link(Path link, Path target) throws IOException {
    Files.createDirectories(link.getParent());
    Files.createDirectories(target);
    Files.createSymbolicLink(link, target);
  }
}
