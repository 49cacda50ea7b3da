package org.vhostdp.store.install;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import org.vhostdp.store.DriverRefused;

/** One change of a store at a time, over all processes and threads. */
final class StoreLock implements AutoCloseable {
  static final String FILE = ".lock";
  private static final long PAUSE_MILLIS = 20;

  private final FileChannel channel;
  private final FileLock lock;

  private StoreLock(FileChannel channel, FileLock lock) {
    this.channel = channel;
    this.lock = lock;
  }

  /**
   * Waits for the lock.
   *
   * @throws DriverRefused if another process keeps it
   */
  static StoreLock take(Path root, Duration patience) throws IOException, DriverRefused {
    FileChannel channel =
        FileChannel.open(root.resolve(FILE), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
    try {
      long deadline = System.nanoTime() + patience.toNanos();
      do {
        FileLock lock = attempt(channel);
        if (lock != null) {
          return new StoreLock(channel, lock);
        }
        Thread.sleep(PAUSE_MILLIS);
      } while (System.nanoTime() < deadline);
      throw new DriverRefused(
          "Another process changes the store %s and has not finished for %d s. Try again later."
              .formatted(root, patience.toSeconds()));
    } catch (InterruptedException e) {
      channel.close();
      Thread.currentThread().interrupt();
      throw new DriverRefused("Interrupted while waiting for the store " + root + ".", e);
    } catch (IOException | DriverRefused | RuntimeException e) {
      channel.close();
      throw e;
    }
  }

  private static FileLock attempt(FileChannel channel) throws IOException {
    try {
      return channel.tryLock();
    } catch (OverlappingFileLockException e) {
      // Another thread of this process has it.
      return null;
    }
  }

  @Override
  public void close() throws IOException {
    lock.close();
    channel.close();
  }
}
