package org.vhostdp.driver.afxdp.program;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import org.vhostdp.linux.BpfObject;
import org.vhostdp.linux.Fd;
import org.vhostdp.linux.LinuxException;
import org.vhostdp.spi.DriverException;
import org.vhostdp.spi.DriverException.Reason;

/**
 * What libxdp pins for the programs of a dispatcher, which stays when the interface is deleted:
 * folders {@code xdp/dispatch-IFINDEX-ID} of a bpf file system with the files {@code progN-prog}
 * and {@code progN-link}.
 */
final class DispatcherPins {
  private static final String PROGRAM = "-prog";
  private static final String LINK = "-link";

  private DispatcherPins() {}

  /** Removes a program's files, and its folder if no other program has files there. */
  static void remove(Interface target, int program) throws DriverException {
    String bpf = System.getenv().getOrDefault("LIBXDP_BPFFS", "/sys/fs/bpf");
    Path all = Path.of(bpf, "xdp");
    if (!Files.isDirectory(all)) {
      return;
    }
    try (DirectoryStream<Path> folders =
        Files.newDirectoryStream(all, "dispatch-" + target.index() + "-*")) {
      for (Path folder : folders) {
        removeFrom(folder, program);
      }
    } catch (IOException e) {
      throw new DriverException(
          Reason.DEVICE,
          "What libxdp pinned for " + target.name() + " was not removed: " + e.getMessage() + ".",
          "Remove its folder under " + all + ".",
          e);
    }
  }

  private static void removeFrom(Path folder, int program) throws IOException {
    boolean found = false;
    boolean others = false;
    try (DirectoryStream<Path> files = Files.newDirectoryStream(folder, "*" + PROGRAM)) {
      for (Path file : files) {
        boolean ours = id(file) == program;
        found |= ours;
        others |= !ours;
        if (ours) {
          String name = file.getFileName().toString();
          String start = name.substring(0, name.length() - PROGRAM.length());
          Files.deleteIfExists(folder.resolve(start + LINK));
          Files.delete(file);
        }
      }
    }
    if (found && !others) {
      Files.delete(folder);
    }
  }

  private static int id(Path file) throws LinuxException, IOException {
    try (Fd fd = BpfObject.open(file.toString())) {
      return Files.readString(Path.of("/proc/self/fdinfo/" + fd.raw()))
          .lines()
          .filter(line -> line.startsWith("prog_id:"))
          .map(line -> Integer.parseInt(line.substring("prog_id:".length()).strip()))
          .findFirst()
          .orElse(0);
    }
  }
}
