package org.vhostdp.linux;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.ref.Reference;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.vhostdp.linux.generated.Libc;
import org.vhostdp.linux.generated.ucred;

/**
 * AF_UNIX stream sockets that carry descriptors. Blocking unless {@link Io#setNonBlocking} says
 * otherwise; close-on-exec. One thread receives and one sends at a time; any thread may shut it
 * down.
 */
public final class UnixSocket implements AutoCloseable {
  /** How long {@link #send} waits for a peer that does not read, in milliseconds. */
  static final int SEND_TIMEOUT_MILLIS = 10_000;

  private static final int BACKLOG = 128;
  private static final int STREAM = Libc.SOCK_STREAM() | Libc.SOCK_CLOEXEC();

  private final Fd fd;
  private final Path path;
  private final SocketFile file;

  private UnixSocket(Fd fd, Path path, SocketFile file) {
    this.fd = fd;
    this.path = path;
    this.file = file;
  }

  /**
   * Listens at a path. The socket file has exactly the permissions {@code mode} and at no moment
   * more. The file of a listener that is gone is replaced; a live listener, which does not notice
   * the question, and a file of another type are refused.
   *
   * @param path at most 107 bytes
   * @param mode permission bits, e.g. 0600
   */
  public static UnixSocket listen(Path path, int mode) throws LinuxException {
    Fd fd = stream(path, 0);
    try {
      SocketFile file = SocketFile.bind(fd, path, mode);
      int result = SocketCalls.listen(CallState.ofThread(), fd.raw(), BACKLOG);
      if (result < 0) {
        file.remove();
        throw new LinuxException("listen", path.toString(), -result);
      }
      return new UnixSocket(fd, path, file);
    } catch (LinuxException failed) {
      fd.close();
      throw failed;
    }
  }

  /**
   * Connects to a listener. Does not wait: a listener whose queue is full counts as EAGAIN.
   *
   * @param path at most 107 bytes
   */
  public static UnixSocket connect(Path path) throws LinuxException {
    Fd fd = stream(path, Libc.SOCK_NONBLOCK());
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment address = SocketFile.address(arena, "connect", path);
      int result = SocketCalls.connect(CallState.ofThread(), fd.raw(), address);
      if (result < 0) {
        String advice =
            result == -Errno.EAGAIN
                ? "The listener accepts nobody at the moment; try again later."
                : Errno.advice(-result);
        throw new LinuxException("connect", path.toString(), -result, advice);
      }
      Io.setNonBlocking(fd.raw(), false);
      return new UnixSocket(fd, path, null);
    } catch (LinuxException failed) {
      fd.close();
      throw failed;
    }
  }

  private static Fd stream(Path path, int flags) throws LinuxException {
    int raw = SocketCalls.socket(CallState.ofThread(), Libc.AF_UNIX(), STREAM | flags, 0);
    if (raw < 0) {
      throw new LinuxException("socket", path.toString(), -raw);
    }
    return Fd.of(raw);
  }

  /** Takes over a socket made elsewhere, a listener too; the descriptor is owned by the result. */
  public static UnixSocket adopt(Fd fd) {
    return new UnixSocket(fd, null, null);
  }

  /** Two sockets connected to each other, without a path. */
  public static UnixSocket[] pair() throws LinuxException {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment two = arena.allocate(ValueLayout.JAVA_INT, 2);
      int result = SocketCalls.pair(CallState.ofThread(), Libc.AF_UNIX(), STREAM, two);
      if (result < 0) {
        throw new LinuxException("socketpair", "", -result);
      }
      return new UnixSocket[] {
        adopt(Fd.of(two.getAtIndex(ValueLayout.JAVA_INT, 0))),
        adopt(Fd.of(two.getAtIndex(ValueLayout.JAVA_INT, 1)))
      };
    }
  }

  /**
   * Accepts a connection; the result is blocking and the caller's.
   *
   * @return null if this listener is non-blocking and nobody waits
   */
  public UnixSocket accept() throws LinuxException {
    CallState s = CallState.ofThread();
    int result;
    do {
      result = SocketCalls.accept(s, fd.raw(), Libc.SOCK_CLOEXEC());
    } while (result == -Errno.EINTR || result == -Errno.ECONNABORTED);
    if (result == -Errno.EAGAIN) {
      return null;
    }
    if (result < 0) {
      throw new LinuxException("accept", name(), -result);
    }
    return new UnixSocket(Fd.of(result), path, null);
  }

  /** Its descriptor, owned by this object. */
  public Fd fd() {
    return fd;
  }

  /**
   * Where it listens, is connected to or was accepted from; null for a {@link #pair} and an {@link
   * #adopt}ed one.
   */
  public Path path() {
    return path;
  }

  /**
   * Receives bytes and the descriptors that came with them (recvmsg(2), MSG_CMSG_CLOEXEC). Waits
   * for the first byte unless non-blocking; may give fewer bytes than asked for.
   *
   * @param buffer native memory of {@code length} bytes or more
   * @param length bytes wanted at most
   * @param fds gets the descriptors appended, and marked truncated if they do not fit; null = the
   *     kernel closes any
   * @return bytes, 0 = the peer closed, or -errno
   */
  public long receive(MemorySegment buffer, long length, ReceivedFds fds) {
    Native.address(buffer, length);
    CallState s = CallState.ofThread();
    try (Arena arena = Arena.ofConfined()) {
      int room = fds == null ? 0 : fds.room();
      MemorySegment message = FdMessage.incoming(arena, buffer, length, room);
      long result;
      do {
        result = SocketCalls.receive(s, fd.raw(), message, Libc.MSG_CMSG_CLOEXEC());
      } while (result == -Errno.EINTR);
      Reference.reachabilityFence(buffer);
      if (result >= 0 && fds != null) {
        FdMessage.collect(message, fds);
      }
      return result;
    }
  }

  /**
   * Sends all bytes; the descriptors go with the first of them and stay the caller's. Waits at most
   * 10 s at a time for a peer that does not read.
   *
   * @param buffer native memory
   * @param length bytes, at least 1
   * @param fds at most 253 raw descriptors
   * @throws LinuxException EPIPE if the peer is gone (no SIGPIPE), ETIMEDOUT if it does not read;
   *     part of the message may have been sent then
   */
  public void send(MemorySegment buffer, long length, int... fds) throws LinuxException {
    Native.address(buffer, length);
    CallState s = CallState.ofThread();
    int flags = Libc.MSG_NOSIGNAL() | Libc.MSG_DONTWAIT();
    long sent = 0;
    int[] rights = fds;
    while (sent < length) {
      long result;
      try (Arena arena = Arena.ofConfined()) {
        MemorySegment message =
            FdMessage.outgoing(arena, buffer.asSlice(sent), length - sent, rights);
        result = SocketCalls.send(s, fd.raw(), message, flags);
      }
      if (result > 0) {
        sent += result;
        rights = new int[0];
      } else if (result == -Errno.EAGAIN) {
        awaitWritable();
      } else if (result != -Errno.EINTR) {
        throw new LinuxException("sendmsg", name(), (int) -result);
      }
    }
    Reference.reachabilityFence(buffer);
  }

  private void awaitWritable() throws LinuxException {
    Poll poll = new Poll(1);
    poll.set(0, fd.raw(), Poll.OUT);
    long deadline = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(SEND_TIMEOUT_MILLIS);
    long left = SEND_TIMEOUT_MILLIS;
    while (left > 0) {
      if (poll.await((int) left) > 0) {
        return;
      }
      left = TimeUnit.NANOSECONDS.toMillis(deadline - System.nanoTime());
    }
    throw new LinuxException("sendmsg", name(), Errno.ETIMEDOUT);
  }

  private String name() {
    return path == null ? fd.toString() : path.toString();
  }

  /**
   * The process at the other end when it connected (SO_PEERCRED); 0 if there is none or it is in
   * another pid namespace, -1 if this is no AF_UNIX socket.
   */
  public int peerPid() {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment credentials = ucred.allocate(arena);
      MemorySegment size = arena.allocateFrom(ValueLayout.JAVA_INT, (int) ucred.sizeof());
      int result =
          SocketOptionCalls.get(
              CallState.ofThread(),
              fd.raw(),
              Libc.SOL_SOCKET(),
              Libc.SO_PEERCRED(),
              credentials,
              size);
      return result < 0 || ucred.pid(credentials) < 0 ? -1 : ucred.pid(credentials);
    }
  }

  /** Ends both directions: whoever waits in {@link #receive} or accept, on any thread, returns. */
  public void shutdown() {
    // Not being connected any more is what the caller wants; there is nothing to report.
    SocketCalls.shutdown(CallState.ofThread(), fd.raw(), Libc.SHUT_RDWR());
  }

  /** Closes; a listener also removes its socket file, unless another one took its place. */
  @Override
  public void close() {
    if (file != null && fd.isOpen()) {
      file.remove();
    }
    fd.close();
  }
}
