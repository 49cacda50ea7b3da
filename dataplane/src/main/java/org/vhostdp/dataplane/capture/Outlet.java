package org.vhostdp.dataplane.capture;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import org.vhostdp.linux.CallState;
import org.vhostdp.linux.Errno;
import org.vhostdp.linux.Fd;
import org.vhostdp.linux.Io;
import org.vhostdp.linux.LinuxException;
import org.vhostdp.linux.Poll;

/**
 * Writes to a descriptor that may be a file or a pipe, and waits for a pipe's reader without
 * getting stuck. The descriptor is shared with whoever opened it, so it stays blocking; no more
 * than fits is written to a pipe that is ready.
 */
final class Outlet implements AutoCloseable {
  /** PIPE_BUF: a pipe that is ready takes so much at once (pipe(7)). */
  private static final int PIPE_BYTES = 4096;

  private static final int LOOK_MILLIS = 100;

  private final Fd fd;
  private final CallState calls;
  private final Poll poll = new Poll(1);
  private final boolean file;
  private volatile long deadline = Long.MAX_VALUE;

  /** Owns the descriptor from here on. */
  Outlet(Fd fd) {
    this.fd = fd;
    this.calls = new CallState(Arena.ofAuto());
    this.file = Files.isRegularFile(Path.of("/proc/self/fd/" + fd.raw()));
  }

  /** Writes all bytes. */
  void write(MemorySegment bytes, long length) throws LinuxException {
    long done = 0;
    while (done < length) {
      long n = file ? length - done : Math.min(PIPE_BYTES, length - done);
      if (!file) {
        await();
      }
      long written = Io.write(calls, fd.raw(), bytes.asSlice(done), n);
      if (written < 0 && written != -Errno.EAGAIN) {
        throw new LinuxException("write", "the capture", (int) -written);
      }
      done += Math.max(0, written);
    }
  }

  private void await() throws LinuxException {
    poll.set(0, fd.raw(), Poll.OUT);
    while (poll.await(LOOK_MILLIS) == 0) {
      if (System.nanoTime() - deadline >= 0 && deadline != Long.MAX_VALUE) {
        throw new LinuxException("write", "the capture", Errno.ETIMEDOUT);
      }
    }
  }

  /** Whether a pipe's reader is gone. */
  boolean broken() throws LinuxException {
    if (file) {
      return false;
    }
    poll.set(0, fd.raw(), 0);
    return poll.await(0) > 0 && (poll.ready(0) & (Poll.ERR | Poll.HUP)) != 0;
  }

  /** From now on a reader that does not read is waited for only so long. Any thread. */
  void hurry(long nanos) {
    deadline = System.nanoTime() + nanos;
  }

  @Override
  public void close() {
    fd.close();
  }
}
