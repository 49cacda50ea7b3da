package org.vhostdp.netdevice;

import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.vhostdp.linux.Errno;
import org.vhostdp.linux.LinuxException;
import org.vhostdp.linux.Namespaces;
import org.vhostdp.spi.DriverException;
import org.vhostdp.spi.DriverException.Reason;

/**
 * The network namespace that a port works in. What is opened inside belongs to it for ever, so only
 * opening happens there.
 *
 * @param path its file, or null for the process's own
 * @param failures how the driver tells what fails inside
 */
public record NetNamespace(Path path, Failures failures) {
  private static final Path OWN = Path.of("/proc/thread-self/ns/net");

  /**
   * Does work inside, on a thread of its own unless it is the process's own namespace.
   *
   * @throws DriverException if the namespace cannot be entered, or what the work throws
   */
  public <T> T in(Callable<T> work) throws DriverException {
    try {
      return path == null ? work.call() : Namespaces.in(path, work);
    } catch (LinuxException e) {
      throw path != null && e.call().equals("setns") ? refused(e) : failures.from(e);
    } catch (Exception e) {
      throw failures.from(e);
    }
  }

  /**
   * A number that tells namespaces apart while both exist.
   *
   * @throws DriverException if there is no such namespace
   */
  public long id() throws DriverException {
    Path file = path == null ? OWN : path;
    try {
      return ((Number) Files.getAttribute(file, "unix:ino")).longValue();
    } catch (IOException e) {
      throw new DriverException(
          Reason.NOT_FOUND,
          "The network namespace " + file + " is not there (" + errno(e) + ").",
          "Make it first, such as with \"ip netns add NAME\", and write its path in \"netns\".",
          e);
    }
  }

  /** What the kernel said, as far as the file system's exceptions tell. */
  private static String errno(IOException e) {
    return e instanceof AccessDeniedException ? "EACCES" : "ENOENT";
  }

  private DriverException refused(LinuxException e) {
    String advice =
        e.errno() == Errno.EINVAL
            ? "The file is no network namespace: use one under /run/netns or /proc/PID/ns/net."
            : "Entering a network namespace needs CAP_SYS_ADMIN.";
    return failures.of("setns", path.toString(), e.errno(), advice);
  }
}
