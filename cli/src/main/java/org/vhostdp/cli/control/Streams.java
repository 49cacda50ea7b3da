package org.vhostdp.cli.control;

import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.vhostdp.attest.json.Json;
import org.vhostdp.linux.Fd;

/** Clients that stay connected: a thread each, eight at most. */
final class Streams implements AutoCloseable {
  static final int MOST = 8;

  private static final Logger LOG = System.getLogger(Streams.class.getName());
  private static final Duration END = Duration.ofSeconds(10);

  private final Map<ControlStream, Thread> running = new HashMap<>();
  private boolean closed;

  /**
   * Serves a client on a thread of its own.
   *
   * @param lines the connection, owned by that thread if this returns
   * @throws ControlRefused if there are too many; then the connection is still the caller's
   */
  synchronized void start(
      StreamingCommand command, Map<String, Object> request, LineChannel lines, Fd passed)
      throws ControlRefused {
    if (closed || running.size() >= MOST) {
      if (passed != null) {
        passed.close();
      }
      throw new ControlRefused(
          closed
              ? "This instance is ending."
              : "%d clients stay connected already, and no more may; end one of them."
                  .formatted(MOST));
    }
    ControlStream client = new ControlStream(lines);
    Thread thread =
        Thread.ofPlatform()
            .name("control-" + command.name())
            .daemon(true)
            .unstarted(() -> serve(command, request, client, lines, passed));
    running.put(client, thread);
    thread.start();
  }

  private void serve(
      StreamingCommand command,
      Map<String, Object> request,
      ControlStream client,
      LineChannel lines,
      Fd passed) {
    try {
      command.serve(request, client, passed);
    } catch (ControlRefused e) {
      refuse(lines, e.getMessage());
    } catch (IOException e) {
      LOG.log(Level.DEBUG, "a client of {0}: {1}", command.name(), e.getMessage());
    } catch (RuntimeException e) {
      LOG.log(Level.WARNING, "the command " + command.name() + " failed", e);
      refuse(lines, "The command failed inside the instance: " + e + ".");
    } finally {
      forget(client);
      client.close();
    }
  }

  private static void refuse(LineChannel lines, String sentence) {
    try {
      lines.write(Json.line(ControlServer.refusal(sentence)), ControlServer.DEADLINE_MILLIS);
    } catch (IOException e) {
      LOG.log(Level.DEBUG, "a client went before it heard: {0}", sentence);
    }
  }

  private synchronized void forget(ControlStream client) {
    running.remove(client);
  }

  private synchronized List<Thread> end() {
    closed = true;
    running.keySet().forEach(ControlStream::end);
    return List.copyOf(running.values());
  }

  /** Ends every connection and waits for the commands to see it. */
  @Override
  public void close() {
    try {
      for (Thread thread : end()) {
        if (!thread.join(END)) {
          LOG.log(Level.WARNING, "{0} does not end", thread.getName());
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
