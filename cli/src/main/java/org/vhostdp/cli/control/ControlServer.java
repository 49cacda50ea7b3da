package org.vhostdp.cli.control;

import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Supplier;
import org.vhostdp.attest.json.Json;
import org.vhostdp.attest.json.JsonRefused;
import org.vhostdp.linux.EventFd;
import org.vhostdp.linux.Io;
import org.vhostdp.linux.LinuxException;
import org.vhostdp.linux.Poll;
import org.vhostdp.linux.UnixSocket;

/**
 * Answers the clients of a running instance: a connection brings one line of JSON, such as {@code
 * {"command":"status"}}, and gets one line back, or stays open for a {@link StreamingCommand}. Only
 * the socket's owner can connect; still every line has a limit and every step a deadline, so that a
 * stuck client costs three seconds and no more. What takes time is done on other threads.
 */
public final class ControlServer implements AutoCloseable {
  private static final Logger LOG = System.getLogger(ControlServer.class.getName());

  static final int MOST_REQUEST = 64 * 1024;
  static final int DEADLINE_MILLIS = 3000;
  private static final int OWNER_ONLY = 0600;

  private final UnixSocket listener;
  private final EventFd wake;
  private final Map<String, ControlCommand> commands = new TreeMap<>();
  private final Map<String, StreamingCommand> streaming = new TreeMap<>();
  private final Lanes lanes = new Lanes();
  private final Streams streams = new Streams();
  private final Thread thread;
  private volatile boolean closing;

  /**
   * Listens at a path, and knows the command status only.
   *
   * @param status the answer to it; called on the server's thread
   */
  public ControlServer(Path path, Supplier<Map<String, Object>> status) throws LinuxException {
    this(path, List.of(new StatusAnswer(status)), List.of());
  }

  /**
   * Listens at a path.
   *
   * @param commands what is answered by one line
   * @param streaming what keeps its connection
   */
  public ControlServer(Path path, List<ControlCommand> commands, List<StreamingCommand> streaming)
      throws LinuxException {
    commands.forEach(command -> this.commands.put(command.name(), command));
    streaming.forEach(command -> this.streaming.put(command.name(), command));
    this.wake = EventFd.create();
    try {
      this.listener = UnixSocket.listen(path, OWNER_ONLY);
    } catch (LinuxException e) {
      wake.close();
      throw e;
    }
    this.thread = Thread.ofPlatform().name("control").daemon(true).unstarted(this::run);
    thread.start();
  }

  private void run() {
    try {
      Poll poll = new Poll(2);
      Io.setNonBlocking(listener.fd().raw(), true);
      while (!closing) {
        poll.set(0, wake.fd().raw(), Poll.IN);
        poll.set(1, listener.fd().raw(), Poll.IN);
        poll.await(-1);
        UnixSocket client = closing ? null : listener.accept();
        if (client != null) {
          serve(client);
        }
      }
    } catch (LinuxException e) {
      LOG.log(Level.WARNING, "the control socket ended", e);
    }
  }

  private void serve(UnixSocket client) {
    LineChannel lines;
    try {
      lines = new LineChannel(client);
    } catch (LinuxException e) {
      LOG.log(Level.DEBUG, "a client of the control socket: {0}", e.getMessage());
      client.close();
      return;
    }
    boolean kept = false;
    try {
      kept = handle(lines);
    } catch (IOException e) {
      LOG.log(Level.DEBUG, "a client of the control socket: {0}", e.getMessage());
    } finally {
      if (!kept) {
        lines.close();
      }
    }
  }

  /** Whether the connection belongs to another thread now. */
  private boolean handle(LineChannel lines) throws IOException {
    Map<String, Object> answer;
    try {
      String line = lines.read(MOST_REQUEST, DEADLINE_MILLIS);
      if (line == null) {
        return false;
      }
      Object request = Json.read(line);
      Object name = Json.at(request, "command");
      if (lines.passed() > 1) {
        answer = refusal("More than one descriptor came with the request.");
      } else if (name instanceof String text && streaming.containsKey(text)) {
        streams.start(streaming.get(text), Json.object(request), lines, lines.takePassed());
        return true;
      } else if (name instanceof String text && commands.containsKey(text)) {
        ControlCommand command = commands.get(text);
        String lane = command.lane(Json.object(request));
        if (lane != null) {
          return later(lane, command, Json.object(request), lines);
        }
        answer = answer(command, Json.object(request));
      } else {
        answer = refusal("The command is not known; there are " + known() + ".");
      }
    } catch (JsonRefused e) {
      answer = refusal("The request is not JSON: " + e.getMessage() + ".");
    } catch (IOException | ControlRefused e) {
      answer = refusal(e.getMessage());
    }
    lines.write(Json.line(answer), DEADLINE_MILLIS);
    return false;
  }

  private String known() {
    TreeMap<String, Object> all = new TreeMap<>(commands);
    all.putAll(streaming);
    return String.join(", ", all.keySet());
  }

  private boolean later(
      String lane, ControlCommand command, Map<String, Object> request, LineChannel lines)
      throws ControlRefused {
    boolean taken =
        lanes.submit(
            lane,
            () -> {
              try (lines) {
                lines.write(Json.line(answer(command, request)), DEADLINE_MILLIS);
              } catch (IOException e) {
                LOG.log(Level.DEBUG, "a client of {0}: {1}", command.name(), e.getMessage());
              }
            });
    if (!taken) {
      throw new ControlRefused("Too many commands wait to be done; try again later.");
    }
    return true;
  }

  private static Map<String, Object> answer(ControlCommand command, Map<String, Object> request) {
    try {
      Map<String, Object> answer = new LinkedHashMap<>();
      answer.put("ok", true);
      answer.putAll(command.answer(request));
      return answer;
    } catch (ControlRefused e) {
      return refusal(e.getMessage());
    } catch (RuntimeException e) {
      LOG.log(Level.WARNING, "the command " + command.name() + " failed", e);
      return refusal("The command failed inside the instance: " + e + ".");
    }
  }

  static Map<String, Object> refusal(String sentence) {
    Map<String, Object> answer = new LinkedHashMap<>();
    answer.put("ok", false);
    answer.put("error", sentence);
    return answer;
  }

  /** Stops answering, waits for commands under way, and removes the socket; again does nothing. */
  @Override
  public synchronized void close() {
    if (closing) {
      return;
    }
    closing = true;
    wake.signal();
    boolean interrupted = false;
    while (thread.isAlive()) {
      try {
        thread.join();
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
    streams.close();
    lanes.close();
    listener.close();
    wake.close();
  }
}
