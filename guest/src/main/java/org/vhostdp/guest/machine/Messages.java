package org.vhostdp.guest.machine;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/**
 * What the guest's init says on the command channel. A message starts with a line whose first word
 * is the machine's random token; command output follows such a line with its length said before, so
 * that nothing a command prints can be taken for a message.
 */
final class Messages {
  static final int OUTPUT_BYTES = 64 << 20;
  private static final int LINE_BYTES = 4096;

  sealed interface Message {}

  record Ready(String release) implements Message {}

  record Done(long id, int status, String output) implements Message {}

  record Ended(String why) implements Message {}

  private final BlockingQueue<Message> queue = new LinkedBlockingQueue<>();
  private final String token;

  Messages(String token) {
    this.token = token;
  }

  /** The next message, or null when none came in time. After {@link Ended} there is only that. */
  Message next(long nanos) throws InterruptedException {
    Message message = queue.poll(Math.max(0, nanos), TimeUnit.NANOSECONDS);
    if (message instanceof Ended) {
      queue.add(message);
    }
    return message;
  }

  /** Reads messages until the stream ends. */
  void follow(InputStream source) {
    try (InputStream in = new BufferedInputStream(source, 64 * 1024)) {
      for (String line = line(in); line != null; line = line(in)) {
        String[] words = line.split(" ");
        if (!words[0].equals(token) || words.length < 3) {
          continue;
        }
        queue.add(words[1].equals("READY") ? new Ready(words[2]) : done(words, in));
      }
      queue.add(new Ended("Its command channel was closed."));
    } catch (IOException | RuntimeException failure) {
      queue.add(new Ended("Its command channel failed: " + failure.getMessage() + "."));
    }
  }

  private static Done done(String[] words, InputStream in) throws IOException {
    long bytes = Long.parseLong(words[4]);
    if (bytes < 0 || bytes > OUTPUT_BYTES) {
      throw new IOException("a command wrote " + bytes + " bytes, more than " + OUTPUT_BYTES);
    }
    byte[] output = in.readNBytes((int) bytes);
    if (output.length < bytes) {
      throw new EOFException("it ended inside a command's output");
    }
    return new Done(
        Long.parseLong(words[2]),
        Integer.parseInt(words[3]),
        new String(output, StandardCharsets.UTF_8));
  }

  private static String line(InputStream in) throws IOException {
    ByteArrayOutputStream line = new ByteArrayOutputStream();
    int octet = in.read();
    for (; octet >= 0 && octet != '\n' && line.size() < LINE_BYTES; octet = in.read()) {
      line.write(octet);
    }
    return octet < 0 && line.size() == 0 ? null : line.toString(StandardCharsets.UTF_8);
  }
}
