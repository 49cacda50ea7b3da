package org.vhostdp.guest.machine;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/** The folder of one guest, private to this user: its init, its pid, its sockets. */
final class GuestFolder {
  private static final List<String> UNUSABLE = List.of(" ", "\t", "\n", ":", ",", "\"", "'", "\\");

  private static final String COMMAND = "command";

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

  /** Writes the guest's process 1, settings before the common script, and what it mounts. */
  Path writeInit(String token, String channel, String modules, boolean loadNic) throws IOException {
    Path fstab = path.resolve("fstab");
    Files.writeString(fstab, Resources.text("fstab").replace("MODULES", modules));
    // Where this user is root in a user namespace only, the programs of the real root show up as
    // another user's. Those that are set-user-ID, as mount is, would give up root in the guest.
    String settings =
        "#!/usr/bin/env -S setpriv --no-new-privs bash\ntoken=%s channel=%s commands=%s fstab=%s nic=%s\n"
            .formatted(token, channel, path.resolve(COMMAND), fstab, loadNic ? "load" : "");
    Path init = path.resolve("init");
    Files.writeString(init, settings + Resources.text("init.sh"));
    Files.setPosixFilePermissions(init, PosixFilePermissions.fromString("rwxr-xr-x"));
    return init;
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
