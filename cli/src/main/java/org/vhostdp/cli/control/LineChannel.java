package org.vhostdp.cli.control;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.vhostdp.linux.CallState;
import org.vhostdp.linux.Errno;
import org.vhostdp.linux.Fd;
import org.vhostdp.linux.Io;
import org.vhostdp.linux.LinuxException;
import org.vhostdp.linux.Poll;
import org.vhostdp.linux.ReceivedFds;
import org.vhostdp.linux.UnixSocket;

/**
 * Lines of text over a socket, with a limit for their length and a deadline for their coming, so
 * that the other side can hold nobody up. One thread at a time.
 */
final class LineChannel implements AutoCloseable {
  private static final int CHUNK = 16 * 1024;
  private static final int MOST_DRAINED = 16;

  // Shared: a request may be read on one thread and answered on another.
  private final Arena arena = Arena.ofShared();
  private final MemorySegment chunk = arena.allocate(CHUNK);
  private final CallState calls = new CallState(arena);
  private final Poll poll = new Poll(1);
  private final ReceivedFds passed = new ReceivedFds();
  private final UnixSocket socket;

  /** Bytes in the chunk that belong to the lines after the last one, and where they begin. */
  private int left;

  private int at;

  /** Takes the socket over. */
  LineChannel(UnixSocket socket) throws LinuxException {
    this.socket = socket;
    Io.setNonBlocking(socket.fd().raw(), true);
  }

  /**
   * The next line without its end; the end of the stream ends the last line.
   *
   * @param most bytes a line may have
   * @param millis in which it must have come
   * @return the line, or null if the stream ended without another
   * @throws IOException with a sentence, if it is too long or too late
   */
  String read(int most, int millis) throws IOException {
    long deadline = System.nanoTime() + millis * 1_000_000L;
    byte[] line = new byte[Math.min(most, CHUNK)];
    int length = 0;
    while (true) {
      boolean ended = left == 0 && !fill(deadline);
      int end = lineEnd();
      if (length + end > most) {
        throw new IOException("The line is longer than " + most + " bytes.");
      }
      if (length + end > line.length) {
        line = Arrays.copyOf(line, Math.min(most, 2 * (length + end)));
      }
      MemorySegment.copy(chunk, ValueLayout.JAVA_BYTE, at, line, length, end);
      length += end;
      boolean whole = end < left;
      at += whole ? end + 1 : end;
      left -= whole ? end + 1 : end;
      if (whole || ended) {
        return ended && length == 0 ? null : new String(line, 0, length, StandardCharsets.UTF_8);
      }
    }
  }

  /** Receives until there is something; false at the end of the stream. */
  private boolean fill(long deadline) throws IOException {
    while (true) {
      await(Poll.IN, deadline);
      long got = socket.receive(chunk, CHUNK, passed);
      if (got == -Errno.EAGAIN) {
        continue;
      }
      if (got < 0) {
        throw new LinuxException("read", "the control socket", (int) -got);
      }
      at = 0;
      left = (int) got;
      return got > 0;
    }
  }

  /** Bytes before the first line feed of what is left. */
  private int lineEnd() {
    for (int i = 0; i < left; i++) {
      if (chunk.get(ValueLayout.JAVA_BYTE, at + i) == '\n') {
        return i;
      }
    }
    return left;
  }

  /** How many descriptors came with what was read; they are closed with this unless taken. */
  int passed() {
    return passed.truncated() ? Integer.MAX_VALUE : passed.count();
  }

  /** The one descriptor that came, the caller's from here on; null if there was none. */
  Fd takePassed() {
    return passed.count() == 0 ? null : passed.take(0);
  }

  /** Writes a line; the other side must take it in so many milliseconds. */
  void write(String line, int millis) throws IOException {
    write(line, null, millis);
  }

  /** Writes a line and passes a descriptor with it, which stays the caller's; null passes none. */
  void write(String line, Fd with, int millis) throws IOException {
    long deadline = System.nanoTime() + millis * 1_000_000L;
    byte[] bytes = (line + "\n").getBytes(StandardCharsets.UTF_8);
    // No answer is read before the line is written, so that what is in the chunk is not needed.
    left = 0;
    int done = 0;
    if (with != null) {
      done = Math.min(CHUNK, bytes.length);
      MemorySegment.copy(bytes, 0, chunk, ValueLayout.JAVA_BYTE, 0, done);
      socket.send(chunk, done, with.raw());
    }
    while (done < bytes.length) {
      int n = Math.min(CHUNK, bytes.length - done);
      MemorySegment.copy(bytes, done, chunk, ValueLayout.JAVA_BYTE, 0, n);
      long sent = Io.write(calls, socket.fd().raw(), chunk, n);
      if (sent == -Errno.EAGAIN) {
        await(Poll.OUT, deadline);
      } else if (sent < 0) {
        throw new LinuxException("write", "the control socket", (int) -sent);
      } else {
        done += (int) sent;
      }
    }
  }

  /** Whether something can be read, or the other side is gone, within so many milliseconds. */
  boolean ready(int millis) throws IOException {
    poll.set(0, socket.fd().raw(), Poll.IN);
    return left > 0 || poll.await(millis) > 0;
  }

  /** Waits for the other side to close; what it writes is thrown away. */
  boolean gone(int millis) throws IOException {
    long deadline = System.nanoTime() + millis * 1_000_000L;
    int wait = millis;
    while (ready(Math.max(0, wait))) {
      left = 0;
      long got = socket.receive(chunk, CHUNK, null);
      if (got == 0 || got < 0 && got != -Errno.EAGAIN) {
        return true;
      }
      if (late(deadline)) {
        return false;
      }
      wait = (int) ((deadline - System.nanoTime()) / 1_000_000);
    }
    return false;
  }

  private void await(int events, long deadline) throws IOException {
    long rest = deadline - System.nanoTime();
    poll.set(0, socket.fd().raw(), events);
    if (rest <= 0 || poll.await((int) (rest / 1_000_000) + 1) == 0 && late(deadline)) {
      throw new IOException("The other side of the control socket did not answer in time.");
    }
  }

  private static boolean late(long deadline) {
    return System.nanoTime() - deadline >= 0;
  }

  /** Shuts the connection down, which whoever waits on it sees. Any thread. */
  void end() {
    socket.shutdown();
  }

  /**
   * What was written and not read would make the kernel take back what the other side has not read
   * yet (ECONNRESET).
   */
  private void drain() {
    for (int i = 0; i < MOST_DRAINED; i++) {
      if (socket.receive(chunk, CHUNK, null) <= 0) {
        return;
      }
    }
  }

  @Override
  public void close() {
    drain();
    passed.closeAll();
    socket.close();
    arena.close();
  }
}
