package org.vhostdp.bench.scale;

import java.io.IOException;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;

/**
 * Waits for a back-end that is about to be started: until every socket is there and the last one
 * takes a connection, which is closed again at once.
 */
public final class Listening {
  private static final long LIMIT_NANOS = TimeUnit.SECONDS.toNanos(60);
  private static final long PAUSE_NANOS = 200_000;

  private final List<Path> sockets;
  private final long begun = System.nanoTime();
  private final CompletableFuture<Long> done = new CompletableFuture<>();

  private Listening(List<Path> sockets) {
    this.sockets = List.copyOf(sockets);
  }

  /** Begins to wait; the clock starts now. The sockets are in the order of their opening. */
  public static Listening watch(List<Path> sockets) {
    Listening listening = new Listening(sockets);
    Thread.ofVirtual().name("listening").start(listening::run);
    return listening;
  }

  /**
   * Milliseconds from {@link #watch} until they listened.
   *
   * @throws IOException if they did not within a minute
   */
  public double millis() throws IOException {
    try {
      return done.join() / 1e6;
    } catch (CompletionException e) {
      throw new IOException(e.getCause().getMessage(), e);
    }
  }

  private void run() {
    try {
      for (Path socket : sockets) {
        while (!Files.exists(socket)) {
          pause(socket);
        }
      }
      Path last = sockets.getLast();
      while (!answers(last)) {
        pause(last);
      }
      done.complete(System.nanoTime() - begun);
    } catch (IOException e) {
      done.completeExceptionally(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      done.completeExceptionally(e);
    }
  }

  private void pause(Path socket) throws IOException, InterruptedException {
    if (System.nanoTime() - begun > LIMIT_NANOS) {
      throw new IOException("Nobody listens on " + socket + " after a minute.");
    }
    TimeUnit.NANOSECONDS.sleep(PAUSE_NANOS);
  }

  private static boolean answers(Path socket) {
    try (SocketChannel channel = SocketChannel.open(UnixDomainSocketAddress.of(socket))) {
      return channel.isConnected();
    } catch (IOException e) {
      // Bound already, and about to listen.
      return false;
    }
  }
}
