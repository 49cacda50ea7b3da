package org.vhostdp.guest.machine;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * The distribution's kernel for QEMU guests, kept in a folder between runs: {@code
 * $VHOSTDP_GUEST_DIR}, or {@code vhost-dp/guest-kernel} in {@code $XDG_CACHE_HOME} or {@code
 * ~/.cache}.
 *
 * @param kernel the bootable image
 * @param initramfs an initramfs that mounts the host's file system and starts a given program
 * @param modules the folder of modules, which holds one folder named by the kernel's release
 */
public record GuestKernel(Path kernel, Path initramfs, Path modules) {
  private static final String VERSION = "prepared-3";

  /** The folder that holds it, or will. */
  public static Path folder() {
    String own = System.getenv("VHOSTDP_GUEST_DIR");
    if (own != null && !own.isBlank()) {
      return Path.of(own).toAbsolutePath();
    }
    String cache = System.getenv("XDG_CACHE_HOME");
    Path base = cache != null && !cache.isBlank() ? Path.of(cache) : Path.of(home(), ".cache");
    return base.resolve("vhost-dp").resolve("guest-kernel").toAbsolutePath();
  }

  /** The user's own, even where a user namespace makes every user look like root. */
  private static String home() {
    String home = System.getenv("HOME");
    return home != null && !home.isBlank() ? home : System.getProperty("user.home");
  }

  /** Whether it stands there already, so that {@link #prepare} takes no time and no network. */
  public static boolean prepared() {
    return Files.exists(folder().resolve(VERSION));
  }

  /** A sentence saying why it cannot be prepared here, or empty. */
  public static Optional<String> unavailable() {
    if (prepared()) {
      return Optional.empty();
    }
    return Tools.missing(
        "Preparing a kernel for QEMU guests",
        "apt-get=apt dpkg=dpkg depmod=kmod modprobe=kmod flock=util-linux gzip=gzip xz=xz-utils");
  }

  /**
   * Downloads and unpacks the kernel if it is not there: about 70 MB, under a minute. Other
   * processes that want the same wait for it.
   *
   * @param progress gets a line for each step
   * @throws IOException with a sentence saying what to do, such as without a network
   */
  public static GuestKernel prepare(Consumer<String> progress)
      throws IOException, InterruptedException {
    Path folder = GuestFolder.requireUsable(folder());
    if (!prepared()) {
      Optional<String> reason = unavailable();
      if (reason.isPresent()) {
        throw new IOException(reason.get());
      }
      download(folder, progress);
    }
    return new GuestKernel(
        folder.resolve("kernel"),
        folder.resolve("initramfs.gz"),
        folder.resolve("root/lib/modules"));
  }

  private static void download(Path folder, Consumer<String> progress)
      throws IOException, InterruptedException {
    String script =
        Resources.text("guest-kernel.sh").replace("version=VERSION", "version=" + VERSION);
    Process process =
        new ProcessBuilder(
                List.of(
                    "setsid",
                    "timeout",
                    "-k",
                    "5",
                    "1800",
                    "bash",
                    "-c",
                    script,
                    "guest-kernel",
                    folder.toString()))
            .redirectErrorStream(true)
            .start();
    String last = "";
    try (BufferedReader lines = process.inputReader()) {
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        last = line;
        progress.accept(line);
      }
      process.waitFor();
    } finally {
      process.destroy();
    }
    if (process.exitValue() != 0) {
      throw new IOException("The guest's kernel could not be prepared. " + last);
    }
  }
}
