package org.vhostdp.driver.mdev;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Optional;
import java.util.stream.Stream;

/** The hypervisor's monitor, which it shows to the guest as a serial port called "monitor". */
final class Monitor {
  private static final Path PORTS = Path.of("/sys/class/virtio-ports");

  private Monitor() {}

  /** The port's device file; empty if there is none. */
  static Optional<Path> port() throws IOException {
    if (!Files.isDirectory(PORTS)) {
      return Optional.empty();
    }
    try (Stream<Path> all = Files.list(PORTS)) {
      return all.filter(port -> GuestLab.read(port.resolve("name")).equals("monitor"))
          .map(port -> Path.of("/dev").resolve(port.getFileName()))
          .findFirst();
    }
  }

  /**
   * Gives a command, such as {@code set_link near1 off}.
   *
   * @return false if there is no monitor
   */
  static boolean give(String command) throws IOException {
    Optional<Path> port = port();
    if (port.isEmpty()) {
      return false;
    }
    byte[] line = (command + "\n").getBytes(StandardCharsets.US_ASCII);
    Files.write(port.get(), line, StandardOpenOption.WRITE);
    return true;
  }
}
