package org.vhostdp.driver.dpdk.eal;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * The folder of this process's telemetry socket: EAL makes it below {@code /var/run/dpdk} (or
 * {@code $XDG_RUNTIME_DIR/dpdk} without root), and leaves it behind when the process ends.
 */
final class RuntimeFolder {
  private static final String PREFIX = "vhostdp-";

  private RuntimeFolder() {}

  /** The value of --file-prefix: no two processes share it. */
  static String prefix() {
    return PREFIX + ProcessHandle.current().pid();
  }

  /** Deletes what processes that have ended left behind. */
  static void sweep() {
    String own = System.getenv("XDG_RUNTIME_DIR");
    sweep(Path.of("/var/run/dpdk"));
    if (own != null) {
      sweep(Path.of(own, "dpdk"));
    }
  }

  private static void sweep(Path parent) {
    if (!Files.isDirectory(parent) || !Files.isWritable(parent)) {
      return;
    }
    try (DirectoryStream<Path> folders = Files.newDirectoryStream(parent, PREFIX + "[0-9]*")) {
      for (Path folder : folders) {
        String pid = folder.getFileName().toString().substring(PREFIX.length());
        if (pid.matches("[0-9]{1,9}") && !Files.exists(Path.of("/proc", pid))) {
          delete(folder);
        }
      }
    } catch (IOException e) {
      // Somebody else sweeps, or this user may not: an empty folder hurts nobody.
      return;
    }
  }

  private static void delete(Path folder) throws IOException {
    try (DirectoryStream<Path> files = Files.newDirectoryStream(folder)) {
      for (Path file : files) {
        Files.deleteIfExists(file);
      }
    }
    Files.deleteIfExists(folder);
  }
}
