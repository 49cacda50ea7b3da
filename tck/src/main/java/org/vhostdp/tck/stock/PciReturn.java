package org.vhostdp.tck.stock;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/**
 * Brings a removed PCI function back as it was. The kernel gives one that it finds to whichever
 * driver knows its numbers, and forgets the override: Documentation/ABI/testing/sysfs-bus-pci.
 */
record PciReturn(Path device, String driver) {
  private static final Path BUS = Path.of("/sys/bus/pci");

  /** What a function of that address is bound to now; "" is nothing. */
  static PciReturn of(String address) throws IOException {
    Path device = BUS.resolve("devices").resolve(address);
    Path driver = device.resolve("driver");
    String name = Files.exists(driver) ? driver.toRealPath().getFileName().toString() : "";
    return new PciReturn(device, name);
  }

  /** Finds it again, and binds it to the same driver. */
  void bringBack() throws IOException {
    write(BUS.resolve("rescan"), "1");
    Path now = device.resolve("driver");
    if (Files.exists(now) && !now.toRealPath().endsWith(driver)) {
      write(now.resolve("unbind"), device.getFileName().toString());
    }
    if (!driver.isEmpty() && !Files.exists(now)) {
      write(device.resolve("driver_override"), driver);
      write(BUS.resolve("drivers_probe"), device.getFileName().toString());
    }
  }

  private static void write(Path file, String text) throws IOException {
    Files.writeString(file, text, StandardOpenOption.WRITE);
  }
}
