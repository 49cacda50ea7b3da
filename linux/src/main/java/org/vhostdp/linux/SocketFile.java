package org.vhostdp.linux;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.vhostdp.linux.generated.Libc;
import org.vhostdp.linux.generated.sockaddr_un;
import org.vhostdp.linux.generated.stat;

/** The file that an AF_UNIX listener is bound to: its address, its life, its permissions. */
final class SocketFile {
  private static final int PERMISSIONS = 0777;
  private static final int MAX_BYTES = (int) sockaddr_un.sun_path$layout().byteSize() - 1;

  private final Path path;
  private final long device;
  private final long inode;

  private SocketFile(Path path, long device, long inode) {
    this.path = path;
    this.device = device;
    this.inode = inode;
  }

  /** {@code struct sockaddr_un} for bind and connect. */
  static MemorySegment address(Arena arena, String call, Path path) throws LinuxException {
    byte[] name = path.toString().getBytes(StandardCharsets.UTF_8);
    if (name.length > MAX_BYTES || name.length == 0) {
      throw new LinuxException(
          call,
          path.toString(),
          name.length == 0 ? Errno.EINVAL : Errno.ENAMETOOLONG,
          "A socket's path has 1 to "
              + MAX_BYTES
              + " bytes, this one has "
              + name.length
              + "; choose another one.");
    }
    MemorySegment address = sockaddr_un.allocate(arena);
    sockaddr_un.sun_family(address, (short) Libc.AF_UNIX());
    MemorySegment.copy(
        name, 0, address, ValueLayout.JAVA_BYTE, sockaddr_un.sun_path$offset(), name.length);
    return address;
  }

  /**
   * Binds a socket to {@code path} with exactly the permissions {@code mode}, never with more.
   * Replaces the file of a listener that is gone.
   */
  static SocketFile bind(Fd socket, Path path, int mode) throws LinuxException {
    CallState s = CallState.ofThread();
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment address = address(arena, "bind", path);
      MemorySegment name = arena.allocateFrom(path.toString());
      MemorySegment status = stat.allocate(arena);
      removeStale(s, path, name, status, address);
      // Linux gives the file the socket's own mode less the umask (unix_bind), so this comes first:
      // at no moment are there more permissions than asked for.
      check("fchmod", path, PathCalls.fchmod(s, socket.raw(), mode & PERMISSIONS));
      check("bind", path, SocketCalls.bind(s, socket.raw(), address));
      check("lstat", path, PathCalls.lstat(s, name, status));
      SocketFile file = new SocketFile(path, stat.st_dev(status), stat.st_ino(status));
      if ((stat.st_mode(status) & PERMISSIONS) != (mode & PERMISSIONS)) {
        int result = PathCalls.chmod(s, name, mode & PERMISSIONS);
        if (result < 0) {
          file.remove();
          throw new LinuxException("chmod", path.toString(), -result);
        }
      }
      return file;
    }
  }

  private static void removeStale(
      CallState s, Path path, MemorySegment name, MemorySegment status, MemorySegment address)
      throws LinuxException {
    int result = PathCalls.lstat(s, name, status);
    if (result == -Errno.ENOENT) {
      return;
    }
    check("lstat", path, result);
    if ((stat.st_mode(status) & Libc.S_IFMT()) != Libc.S_IFSOCK()) {
      throw new LinuxException(
          "bind",
          path.toString(),
          Errno.EEXIST,
          "A file that is no socket has that name; remove it or choose another path.");
    }
    if (isLive(s, path, address)) {
      throw new LinuxException("bind", path.toString(), Errno.EADDRINUSE);
    }
    result = PathCalls.unlink(s, name);
    if (result != -Errno.ENOENT) {
      check("unlink", path, result);
    }
  }

  /**
   * Whether some process has a socket bound there. Asks with a datagram socket: a stream listener
   * answers EPROTOTYPE and never notices; a file left behind answers ECONNREFUSED.
   */
  private static boolean isLive(CallState s, Path path, MemorySegment address)
      throws LinuxException {
    int type = Libc.SOCK_DGRAM() | Libc.SOCK_CLOEXEC() | Libc.SOCK_NONBLOCK();
    int raw = SocketCalls.socket(s, Libc.AF_UNIX(), type, 0);
    check("socket", path, raw);
    try (Fd probe = Fd.of(raw)) {
      int result = SocketCalls.connect(s, probe.raw(), address);
      if (result == -Errno.ECONNREFUSED || result == -Errno.ENOENT) {
        return false;
      }
      if (result < 0 && result != -Errno.EPROTOTYPE) {
        throw new LinuxException(
            "connect",
            path.toString(),
            -result,
            "A socket is there, and whether anybody listens cannot be told; remove the file or"
                + " choose another path.");
      }
      return true;
    }
  }

  private static void check(String call, Path path, int result) throws LinuxException {
    if (result < 0) {
      throw new LinuxException(call, path.toString(), -result);
    }
  }

  Path path() {
    return path;
  }

  /** Removes the file if it is still the one that was bound, not a successor's. */
  void remove() {
    CallState s = CallState.ofThread();
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment name = arena.allocateFrom(path.toString());
      MemorySegment status = stat.allocate(arena);
      if (PathCalls.lstat(s, name, status) == 0
          && stat.st_dev(status) == device
          && stat.st_ino(status) == inode) {
        PathCalls.unlink(s, name);
      }
    }
  }
}
