package org.vhostdp.guest.machine;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** The folder of one guest, private to this user: its init, its pid, its sockets. */
final class GuestFolder {
  private static final List<String> UNUSABLE = List.of(" ", "\t", "\n", ":", ",", "\"", "'", "\\");

  private static final String COMMAND = "command";

  /** Nothing is cached for reading, so that both sides see each other's writes. */
  private static final String SHARED =
      "trans=virtio,version=9p2000.L,msize=1048576,cache=mmap,x-mount.mkdir";

  private final Path path;

  private GuestFolder(Path path) {
    this.path = path;
  }

  static GuestFolder in(Path parent) throws IOException {
    Path base = parent != null ? parent : Path.of(System.getProperty("java.io.tmpdir"));
    base = base.toAbsolutePath().normalize();
    requireUsable(base);
    return new GuestFolder(Files.createTempDirectory(base, "guest-").toRealPath());
  }

  /** Kernel arguments and hypervisor options cannot carry every path. */
  static Path requireUsable(Path path) throws IOException {
    Path absolute = path.toAbsolutePath();
    for (String part : UNUSABLE) {
      if (absolute.toString().contains(part)) {
        throw new IOException(
            "A guest cannot be given the path \""
                + absolute
                + "\": kernel arguments end at spaces, colons, commas and quotes. Use another"
                + " one.");
      }
    }
    return absolute;
  }

  Path path() {
    return path;
  }

  /**
   * What a guest's process 1 is told.
   *
   * @param token the first word of everything it says on the command channel
   * @param channel the device of the command channel
   * @param stream the device for output that is handed over as it is written, or empty
   * @param modules the guest's path of the folder of kernel modules
   * @param loadNic whether it loads virtio_net itself
   * @param shares folders that are mounted for writing, in the order of their devices
   */
  record Settings(
      String token,
      String channel,
      String stream,
      String modules,
      boolean loadNic,
      List<Path> shares) {}

  /** Writes the guest's process 1, settings before the common script, and what it mounts. */
  Path writeInit(Settings with) throws IOException {
    Path fstab = path.resolve("fstab");
    StringBuilder mounts = new StringBuilder();
    mounts.append(Resources.text("fstab").replace("MODULES", with.modules()));
    // Where they lie in folders that are the guest's own, this machine's show first.
    with.shares().stream()
        .flatMap(share -> hidden(share).stream())
        .distinct()
        .forEach(
            top -> mounts.append("/run/host%1$s %1$s none bind,x-mount.mkdir\n".formatted(top)));
    for (int i = 0; i < with.shares().size(); i++) {
      mounts.append(shareTag(i)).append(' ').append(requireUsable(with.shares().get(i)));
      mounts.append(" 9p ").append(SHARED).append('\n');
    }
    Files.writeString(fstab, mounts);
    // Where this user is root in a user namespace only, the programs of the real root show up as
    // another user's. Those that are set-user-ID, as mount is, would give up root in the guest.
    String settings =
        "#!/usr/bin/env -S setpriv --no-new-privs bash\ntoken=%s channel=%s stream=%s commands=%s fstab=%s nic=%s\n"
            .formatted(
                with.token(),
                with.channel(),
                with.stream(),
                path.resolve(COMMAND),
                fstab,
                with.loadNic() ? "load" : "");
    Path init = path.resolve("init");
    Files.writeString(init, settings + Resources.text("init.sh"));
    Files.setPosixFilePermissions(init, PosixFilePermissions.fromString("rwxr-xr-x"));
    return init;
  }

  /** The topmost folder on the way to a path that an empty /tmp or /run of a guest hides. */
  static Optional<Path> hidden(Path path) {
    boolean hides = path.startsWith("/tmp") || path.startsWith("/run");
    return hides && path.getNameCount() > 1
        ? Optional.of(path.getRoot().resolve(path.subpath(0, 2)))
        : Optional.empty();
  }

  /** How QEMU and the guest name the nth shared folder. */
  static String shareTag(int index) {
    return "share" + index;
  }

  /**
   * Writes a command where the guest finds it. It stays until the guest ends: were its inode used
   * again, a guest that caches files could run the old command for the new one.
   */
  void writeCommand(long id, String command) throws IOException {
    Files.writeString(path.resolve(COMMAND + "." + id), command);
  }

  /** Deletes all of it. Files that vanish meanwhile are fine: a dying guest deletes its own. */
  void delete() throws IOException {
    List<Path> all;
    try (Stream<Path> tree = Files.walk(path)) {
      all = tree.sorted(Comparator.reverseOrder()).toList();
    } catch (NoSuchFileException gone) {
      return;
    }
    for (Path each : all) {
      Files.deleteIfExists(each);
    }
  }
}
