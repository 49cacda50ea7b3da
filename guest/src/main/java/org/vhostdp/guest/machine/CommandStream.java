package org.vhostdp.guest.machine;

import java.io.IOException;
import java.io.OutputStream;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;

/**
 * The output of commands as they write it: what a device of the guest hands over, each command's
 * output followed by a mark. Used by one thread at a time.
 */
final class CommandStream implements AutoCloseable {
  /** In the guest's folder; QEMU listens on it. */
  static final String SOCKET = "stream";

  private final Path socket;
  private SocketChannel channel;

  CommandStream(Path folder) {
    socket = folder.resolve(SOCKET);
  }

  /** One command's output on its way. */
  static final class Copy {
    private final SocketChannel from;
    private final OutputStream to;
    private final byte[] mark;
    private final Thread thread;
    private int matched;
    private IOException failure;

    private Copy(SocketChannel from, OutputStream to, String mark) {
      this.from = from;
      this.to = to;
      this.mark = ("\0" + mark).getBytes(StandardCharsets.US_ASCII);
      thread = Thread.ofPlatform().name("guest-stream").daemon().start(this::run);
    }

    private void run() {
      ByteBuffer buffer = ByteBuffer.allocate(64 * 1024);
      byte[] passed = new byte[64 * 1024 + mark.length];
      try {
        boolean more = true;
        while (more && from.read(buffer.clear()) >= 0) {
          buffer.flip();
          int length = 0;
          while (buffer.hasRemaining() && more) {
            length = take(buffer.get(), passed, length);
            more = matched < mark.length;
          }
          hand(passed, length);
        }
      } catch (ClosedChannelException closed) {
        System.getLogger(CommandStream.class.getName())
            .log(System.Logger.Level.DEBUG, "The guest ended during a command", closed);
      } catch (IOException e) {
        failed(e);
      }
    }

    /**
     * The mark's first byte is nowhere else in it, so what was matched so far is never its start
     * anew.
     */
    private int take(byte octet, byte[] passed, int length) {
      if (octet == mark[matched]) {
        matched++;
        return length;
      }
      System.arraycopy(mark, 0, passed, length, matched);
      int now = length + matched;
      matched = octet == mark[0] ? 1 : 0;
      if (matched == 0) {
        passed[now++] = octet;
      }
      return now;
    }

    /** A reader that failed gets no more; the command goes on. */
    private void hand(byte[] bytes, int length) {
      if (length > 0 && failure == null) {
        try {
          to.write(bytes, 0, length);
        } catch (IOException e) {
          failed(e);
        }
      }
    }

    private synchronized void failed(IOException e) {
      failure = failure == null ? e : failure;
    }

    /** Lets what a guest wrote last arrive. */
    void settle(Duration limit) throws InterruptedException {
      thread.join(limit);
    }

    /** Waits for the mark, which the guest wrote before it said that the command is done. */
    void await(Duration limit) throws IOException, InterruptedException {
      boolean ended = thread.join(limit);
      synchronized (this) {
        if (failure != null) {
          throw failure;
        }
      }
      if (!ended) {
        throw new IOException("The command ended, but its output did not within " + limit + ".");
      }
    }
  }

  /** Whether this guest has such a device at all. */
  boolean offered() {
    return Files.exists(socket);
  }

  /** Starts to hand over what comes until the mark. */
  Copy copy(OutputStream to, String mark) throws IOException {
    if (channel == null) {
      channel = SocketChannel.open(UnixDomainSocketAddress.of(socket));
    }
    return new Copy(channel, to, mark);
  }

  @Override
  public void close() throws IOException {
    if (channel != null) {
      channel.close();
    }
  }
}
