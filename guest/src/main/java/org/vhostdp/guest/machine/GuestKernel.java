package org.vhostdp.guest.machine;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.stream.Stream;

/**
 * The distribution's kernel for QEMU guests, kept in a folder between runs: {@code
 * $VHOSTDP_GUEST_DIR}, or {@code vhost-dp/guest-kernel} in {@code $XDG_CACHE_HOME} or {@code
 * ~/.cache}. {@code $VHOSTDP_GUEST_KERNEL} names another kernel, kept in a folder of that name
 * inside: a package, or a folder with the {@code boot} and {@code lib/modules} of one.
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
      return named(Path.of(own).toAbsolutePath());
    }
    String cache = System.getenv("XDG_CACHE_HOME");
    Path base = cache != null && !cache.isBlank() ? Path.of(cache) : Path.of(home(), ".cache");
    return named(base.resolve("vhost-dp").resolve("guest-kernel").toAbsolutePath());
  }

  /** Kernels other than the usual one have folders of their own. */
  private static Path named(Path base) {
    String name = wanted();
    return name.isEmpty() ? base : base.resolve(name.substring(name.lastIndexOf('/') + 1));
  }

  /** {@code $VHOSTDP_GUEST_KERNEL}, or empty for the distribution's usual one. */
  private static String wanted() {
    return System.getenv().getOrDefault("VHOSTDP_GUEST_KERNEL", "").strip();
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
    if (!wanted().matches("([a-z0-9.+~-]*|/.*[^/])")) {
      throw new IOException(
          "VHOSTDP_GUEST_KERNEL is \""
              + wanted()
              + "\", which is neither a package's name nor a folder's path.");
    }
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
    Preparation.run("The guest's kernel", script, List.of(folder.toString(), wanted()), progress);
  }

  /** The kernel's release, as uname -r says it in the guest. */
  public String release() throws IOException {
    try (Stream<Path> folders = Files.list(modules)) {
      return folders.findFirst().orElseThrow().getFileName().toString();
    }
  }

  /**
   * The folder that modules for this kernel are built against, {@code make -C FOLDER M=$PWD
   * modules}: 10 MB are downloaded if it is not there.
   *
   * @throws IOException with a sentence saying what to do, such as without a network
   */
  public Path headers(Consumer<String> progress) throws IOException, InterruptedException {
    Path base = folder().resolve("headers");
    String release = release();
    Path headers = base.resolve(release);
    if (!Files.exists(headers.resolve(".config"))) {
      String script = Resources.text("kernel-headers.sh");
      Preparation.run("Kernel headers", script, List.of(base.toString(), release), progress);
    }
    return headers;
  }

  /**
   * Files of this kernel's sources, from the distribution's source package: 140 MB are downloaded
   * if they are not there, and only they are kept.
   *
   * @param folder in the sources, such as {@code samples/vfio-mdev}
   * @return the folder of the files; it is shared, so build in a copy
   * @throws IOException with a sentence saying what to do, such as without a network
   */
  public Path source(String folder, List<String> files, Consumer<String> progress)
      throws IOException, InterruptedException {
    Path base = folder().resolve("source");
    String[] numbers = release().split("[.-]");
    String version = numbers[0] + "." + numbers[1];
    Path source = base.resolve(version).resolve(folder);
    if (!files.stream().allMatch(file -> Files.exists(source.resolve(file)))) {
      List<String> arguments = new ArrayList<>(List.of(base.toString(), version, folder));
      arguments.addAll(files);
      String script = Resources.text("kernel-source.sh");
      Preparation.run("Kernel sources", script, arguments, progress);
    }
    return source;
  }
}
