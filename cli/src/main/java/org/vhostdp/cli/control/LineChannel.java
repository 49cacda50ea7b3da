package org.vhostdp.cli.control;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.vhostdp.linux.CallState;
import org.vhostdp.linux.Errno;
import org.vhostdp.linux.Io;
import org.vhostdp.linux.LinuxException;
import org.vhostdp.linux.Poll;
import org.vhostdp.linux.UnixSocket;

/**
 * Lines of text over a socket, with a limit for their length and a deadline for their coming, so
 * that the other side can hold nobody up. One thread.
 */
final class LineChannel implements AutoCloseable {
  private static final int CHUNK = 16 * 1024;

  private final Arena arena = Arena.ofConfined();
  private final MemorySegment chunk = arena.allocate(CHUNK);
  private final CallState calls = new CallState(arena);
  private final Poll poll = new Poll(1);
  private final UnixSocket socket;

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
      await(Poll.IN, deadline);
      long got = Io.read(calls, socket.fd().raw(), chunk, CHUNK);
      if (got == -Errno.EAGAIN) {
        continue;
      }
      if (got < 0) {
        throw new LinuxException("read", "the control socket", (int) -got);
      }
      int end = end(got);
      if (length + end > most) {
        throw new IOException("The line is longer than " + most + " bytes.");
      }
      if (length + end > line.length) {
        line = Arrays.copyOf(line, Math.min(most, 2 * (length + end)));
      }
      MemorySegment.copy(chunk, ValueLayout.JAVA_BYTE, 0, line, length, end);
      length += end;
      if (end < got || got == 0) {
        return got == 0 && length == 0 ? null : new String(line, 0, length, StandardCharsets.UTF_8);
      }
    }
  }

  /** Bytes before the first line feed of what was read. */
  private int end(long got) {
    for (int i = 0; i < got; i++) {
      if (chunk.get(ValueLayout.JAVA_BYTE, i) == '\n') {
        return i;
      }
    }
    return (int) got;
  }

  /** Writes a line; the other side must take it in so many milliseconds. */
  void write(String line, int millis) throws IOException {
    long deadline = System.nanoTime() + millis * 1_000_000L;
    byte[] bytes = (line + "\n").getBytes(StandardCharsets.UTF_8);
    int done = 0;
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

  private void await(int events, long deadline) throws IOException {
    long left = deadline - System.nanoTime();
    poll.set(0, socket.fd().raw(), events);
    if (left <= 0 || poll.await((int) (left / 1_000_000) + 1) == 0 && late(deadline)) {
      throw new IOException("The other side of the control socket did not answer in time.");
    }
  }

  private static boolean late(long deadline) {
    return System.nanoTime() - deadline >= 0;
  }

  @Override
  public void close() {
    socket.close();
    arena.close();
  }
}
