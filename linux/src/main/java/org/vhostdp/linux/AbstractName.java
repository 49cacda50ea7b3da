package org.vhostdp.linux;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.vhostdp.linux.generated.Libc;
import org.vhostdp.linux.generated.sockaddr_un;

/**
 * A name in the abstract part of AF_UNIX (unix(7)) that this process holds: one holder at a time in
 * a network namespace, and the kernel gives it up however the process ends. Nobody can connect to
 * it. Holding and asking take no privilege.
 */
public final class AbstractName implements AutoCloseable {
  private static final int MOST = (int) sockaddr_un.sun_path$layout().byteSize() - 1;

  private final Fd fd;

  private AbstractName(Fd fd) {
    this.fd = fd;
  }

  /**
   * Takes a name in the calling thread's network namespace.
   *
   * @param name without spaces; 1 to 107 bytes
   * @throws LinuxException EADDRINUSE if somebody holds it
   */
  public static AbstractName take(String name) throws LinuxException {
    byte[] bytes = name.getBytes(StandardCharsets.UTF_8);
    if (bytes.length == 0 || bytes.length > MOST) {
      throw new LinuxException("bind", "@" + name, Errno.EINVAL, "Use 1 to " + MOST + " bytes.");
    }
    CallState s = CallState.ofThread();
    int raw = SocketCalls.socket(s, Libc.AF_UNIX(), Libc.SOCK_DGRAM() | Libc.SOCK_CLOEXEC(), 0);
    if (raw < 0) {
      throw new LinuxException("socket", "AF_UNIX", -raw);
    }
    Fd fd = Fd.of(raw);
    try (Arena arena = Arena.ofConfined()) {
      // The path begins with a zero byte, and the address ends where the name does.
      long path = sockaddr_un.sun_path$offset();
      MemorySegment address = arena.allocate(path + 1 + bytes.length, Long.BYTES);
      address.set(ValueLayout.JAVA_SHORT, 0, (short) Libc.AF_UNIX());
      MemorySegment.copy(bytes, 0, address, ValueLayout.JAVA_BYTE, path + 1, bytes.length);
      int result = SocketCalls.bind(s, raw, address);
      if (result < 0) {
        fd.close();
        throw new LinuxException("bind", "@" + name, -result);
      }
    }
    return new AbstractName(fd);
  }

  /** The names held in the calling thread's network namespace that begin like this, unordered. */
  public static List<String> held(String prefix) throws LinuxException {
    try {
      String start = "@" + prefix;
      return Files.readAllLines(Path.of("/proc/thread-self/net/unix"), StandardCharsets.ISO_8859_1)
          .stream()
          .map(line -> line.substring(line.lastIndexOf(' ') + 1))
          .filter(name -> name.startsWith(start))
          .map(name -> name.substring(1))
          .toList();
    } catch (IOException e) {
      throw new LinuxException(
          "read", "/proc/thread-self/net/unix", Errno.EIO, "Mount /proc in this container.");
    }
  }

  /** Gives the name up; again does nothing. */
  @Override
  public void close() {
    fd.close();
  }
}
