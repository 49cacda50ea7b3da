package org.vhostdp.driver.mdev.vfio;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;

/**
 * What this process took and has to give back, written down so that it can be given back after the
 * process was killed: one file for each function or mediated device, with who took it and what
 * there was before. A folder that cannot be written to only means that nothing is remembered.
 */
final class Loans {
  private static final String NOTHING = "-";

  private final Path folder;
  private final Path proc;

  Loans(Path folder) {
    this(folder, Path.of("/proc"));
  }

  /**
   * @param proc where the processes are
   */
  Loans(Path folder, Path proc) {
    this.folder = folder;
    this.proc = proc;
  }

  /** Notes that the function was taken from that driver; null if it had none. */
  void note(String name, String driver) throws IOException {
    Files.createDirectories(folder);
    Path written = folder.resolve("." + name + "." + ProcessHandle.current().pid());
    Files.writeString(
        written, self() + " " + (driver == null ? NOTHING : driver) + "\n", StandardCharsets.UTF_8);
    Files.move(written, folder.resolve(name), StandardCopyOption.ATOMIC_MOVE);
  }

  /** Forgets a note: it was given back. */
  void forget(String name) throws IOException {
    Files.deleteIfExists(folder.resolve(name));
  }

  /** What a process that is gone had taken; null if there is no note or its process lives. */
  Loan left(String name) {
    String[] words = Sysfs.read(folder.resolve(name), "").split(" ");
    if (words.length != 3 || lives(words[0], words[1])) {
      return null;
    }
    return new Loan(words[2].equals(NOTHING) ? null : words[2]);
  }

  /**
   * What was taken.
   *
   * @param driver the driver that it came from, or null if it had none
   */
  record Loan(String driver) {}

  private String self() {
    long pid = ProcessHandle.current().pid();
    return pid + " " + started(Long.toString(pid));
  }

  private boolean lives(String pid, String start) {
    return started(pid).equals(start);
  }

  /**
   * When a process started, in clock ticks since boot (the 22nd word of /proc/PID/stat): with its
   * number, that tells it from a later one. Empty if it is gone.
   */
  private String started(String pid) {
    String stat = Sysfs.read(proc.resolve(pid).resolve("stat"), "");
    // The name before may hold anything but ends with the last parenthesis.
    String[] words = stat.substring(stat.lastIndexOf(')') + 1).strip().split(" ");
    return words.length > 19 ? words[19] : "";
  }
}
