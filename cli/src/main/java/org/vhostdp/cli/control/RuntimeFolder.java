package org.vhostdp.cli.control;

import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;

/**
 * The folder of sockets whose paths nobody configured: {@code /run/vhost-dp} for root, otherwise
 * {@code $XDG_RUNTIME_DIR/vhost-dp}, or {@code /tmp/vhost-dp-UID} where neither can be. Only its
 * owner may enter it.
 */
public final class RuntimeFolder {
  private static final String NAME = "vhost-dp";

  private static final Set<PosixFilePermission> OWNER =
      EnumSet.of(
          PosixFilePermission.OWNER_READ,
          PosixFilePermission.OWNER_WRITE,
          PosixFilePermission.OWNER_EXECUTE);

  private RuntimeFolder() {}

  /** The folder to use. It may not exist yet. */
  public static Path path() {
    for (Path folder : candidates()) {
      Path parent = folder.getParent();
      if (Files.isDirectory(folder) ? Files.isWritable(folder) : Files.isWritable(parent)) {
        return folder;
      }
    }
    return candidates().getLast();
  }

  /** Every folder in which an instance of this user may have its sockets. */
  static List<Path> candidates() {
    List<Path> folders = new ArrayList<>();
    long user = outerUser();
    if (user == 0) {
      folders.add(Path.of("/run", NAME));
    }
    String runtime = System.getenv("XDG_RUNTIME_DIR");
    if (runtime != null && !runtime.isBlank()) {
      folders.add(Path.of(runtime, NAME));
    }
    folders.add(Path.of("/tmp", NAME + "-" + user));
    return folders;
  }

  /** This process's user id. */
  static int user() {
    try {
      return (Integer) Files.getAttribute(Path.of("/proc/self"), "unix:uid");
    } catch (IOException e) {
      throw new IllegalStateException("/proc is not mounted: " + e.getMessage(), e);
    }
  }

  /**
   * The same as other processes see it: in a user namespace everybody may be 0, and the folder is
   * to be found from outside as well.
   */
  public static long outerUser() {
    int user = user();
    try {
      for (String line : Files.readAllLines(Path.of("/proc/self/uid_map"))) {
        // First id inside, first id outside, how many.
        String[] words = line.strip().split(" +");
        long from = user - Long.parseLong(words[0]);
        if (from >= 0 && from < Long.parseLong(words[2])) {
          return Long.parseLong(words[1]) + from;
        }
      }
    } catch (IOException | RuntimeException e) {
      System.getLogger(RuntimeFolder.class.getName())
          .log(System.Logger.Level.DEBUG, "/proc/self/uid_map: {0}", e);
    }
    return user;
  }

  private static int owner(Path path) throws IOException {
    return (Integer) Files.getAttribute(path, "unix:uid", LinkOption.NOFOLLOW_LINKS);
  }

  /**
   * Makes the folder, or checks that it is ours alone.
   *
   * @throws IOException with a sentence
   */
  public static void create(Path folder) throws IOException {
    try {
      Files.createDirectory(folder, PosixFilePermissions.asFileAttribute(OWNER));
      return;
    } catch (FileAlreadyExistsException e) {
      check(folder, e);
    } catch (IOException e) {
      throw new IOException(
          "The folder %s for sockets cannot be made (%s). Name the sockets' paths yourself."
              .formatted(folder, e.getClass().getSimpleName()),
          e);
    }
  }

  /** In /tmp somebody else may have been first. */
  private static void check(Path folder, IOException cause) throws IOException {
    boolean ours =
        Files.isDirectory(folder, LinkOption.NOFOLLOW_LINKS)
            && owner(folder) == user()
            && OWNER.containsAll(Files.getPosixFilePermissions(folder, LinkOption.NOFOLLOW_LINKS));
    if (!ours) {
      throw new IOException(
          ("The folder %s is not this user's alone. Remove it, or make it so with \"chmod 0700\";"
                  + " otherwise name the sockets' paths yourself.")
              .formatted(folder),
          cause);
    }
  }
}
