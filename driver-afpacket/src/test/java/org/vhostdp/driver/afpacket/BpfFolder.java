package org.vhostdp.driver.afpacket;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/**
 * A bpf file system for one test, in the mount namespace of a process that does nothing else. It is
 * reached through that process's root, and gone with it, however the test ends.
 */
final class BpfFolder implements AutoCloseable {
  private static final String MOUNT_AND_WAIT =
      "mount -t bpf none \"$1\" && echo mounted && read -r end";

  private final Process holder;
  private final Path folder;

  private BpfFolder(Process holder, Path folder) {
    this.holder = holder;
    this.folder = folder;
  }

  /**
   * Mounts it; the test is skipped where the kernel has none.
   *
   * @param over an empty folder, which stays empty for everybody else
   */
  static BpfFolder over(Path over) throws IOException {
    Process holder =
        new ProcessBuilder("unshare", "--mount", "sh", "-c", MOUNT_AND_WAIT, "sh", over.toString())
            .redirectErrorStream(true)
            .start();
    String said = holder.inputReader(StandardCharsets.UTF_8).readLine();
    boolean mounted = "mounted".equals(said);
    if (!mounted) {
      holder.destroyForcibly();
    }
    PacketLab.needs(mounted, "no bpf file system can be mounted: " + said);
    return new BpfFolder(holder, Path.of("/proc/" + holder.pid() + "/root").resolve(inside(over)));
  }

  private static Path inside(Path over) {
    return Path.of("/").relativize(over.toAbsolutePath());
  }

  Path resolve(String name) {
    return folder.resolve(name);
  }

  @Override
  public void close() {
    holder.destroyForcibly();
  }
}
