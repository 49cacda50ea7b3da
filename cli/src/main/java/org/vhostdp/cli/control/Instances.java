package org.vhostdp.cli.control;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/** Running instances of this user, found by their control sockets. */
public final class Instances {
  private static final String PREFIX = "control-";
  private static final String SUFFIX = ".sock";

  /**
   * One instance.
   *
   * @param pid its process
   * @param socket its control socket
   */
  public record Instance(long pid, Path socket) {}

  private Instances() {}

  /** The control socket of this process in a folder. */
  public static Path socketIn(Path folder) {
    return folder.resolve(PREFIX + ProcessHandle.current().pid() + SUFFIX);
  }

  /** Every instance whose process lives, by process id. */
  public static List<Instance> running() {
    return running(RuntimeFolder.candidates());
  }

  static List<Instance> running(List<Path> folders) {
    List<Instance> found = new ArrayList<>();
    for (Path folder : folders) {
      if (Files.isDirectory(folder)) {
        try (DirectoryStream<Path> sockets =
            Files.newDirectoryStream(folder, PREFIX + "*" + SUFFIX)) {
          sockets.forEach(socket -> add(found, socket));
        } catch (IOException e) {
          System.getLogger(Instances.class.getName())
              .log(System.Logger.Level.DEBUG, "{0} cannot be read: {1}", folder, e);
        }
      }
    }
    found.sort(Comparator.comparingLong(Instance::pid));
    return found;
  }

  private static void add(List<Instance> found, Path socket) {
    String name = socket.getFileName().toString();
    String digits = name.substring(PREFIX.length(), name.length() - SUFFIX.length());
    try {
      long pid = Long.parseLong(digits);
      // A process that was killed leaves its socket behind.
      if (Files.exists(Path.of("/proc", digits))) {
        found.add(new Instance(pid, socket));
      }
    } catch (NumberFormatException e) {
      System.getLogger(Instances.class.getName())
          .log(System.Logger.Level.DEBUG, "{0} is no control socket of an instance", socket);
    }
  }

  /** Removes the sockets of processes that are gone from a folder. */
  public static void forgetDead(Path folder) throws IOException {
    try (DirectoryStream<Path> sockets = Files.newDirectoryStream(folder, PREFIX + "*" + SUFFIX)) {
      for (Path socket : sockets) {
        List<Instance> alive = new ArrayList<>();
        add(alive, socket);
        if (alive.isEmpty()) {
          Files.deleteIfExists(socket);
        }
      }
    }
  }
}
