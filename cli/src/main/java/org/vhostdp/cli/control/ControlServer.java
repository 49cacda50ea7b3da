package org.vhostdp.cli.control;

import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Supplier;
import org.vhostdp.attest.json.Json;
import org.vhostdp.attest.json.JsonRefused;
import org.vhostdp.linux.EventFd;
import org.vhostdp.linux.Io;
import org.vhostdp.linux.LinuxException;
import org.vhostdp.linux.Poll;
import org.vhostdp.linux.UnixSocket;

/**
 * Answers questions about a running instance: a connection brings one line of JSON, such as {@code
 * {"command":"status"}}, and gets one line back. Only the socket's owner can connect; still every
 * line has a limit and every step a deadline, so that a stuck client costs a second and no more.
 */
public final class ControlServer implements AutoCloseable {
  private static final Logger LOG = System.getLogger(ControlServer.class.getName());

  static final int MOST_REQUEST = 4096;
  static final int DEADLINE_MILLIS = 1000;
  private static final int OWNER_ONLY = 0600;

  private final UnixSocket listener;
  private final EventFd wake;
  private final Supplier<Map<String, Object>> status;
  private final Thread thread;
  private volatile boolean closing;

  /**
   * Listens at a path.
   *
   * @param status the answer to the command status; called on the server's thread
   */
  public ControlServer(Path path, Supplier<Map<String, Object>> status) throws LinuxException {
    this.status = status;
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
    try (client;
        LineChannel lines = new LineChannel(client)) {
      String request;
      try {
        request = lines.read(MOST_REQUEST, DEADLINE_MILLIS);
      } catch (IOException e) {
        lines.write(Json.line(refusal(e.getMessage())), DEADLINE_MILLIS);
        return;
      }
      if (request != null) {
        lines.write(Json.line(answer(request)), DEADLINE_MILLIS);
      }
    } catch (IOException e) {
      LOG.log(Level.DEBUG, "a client of the control socket: {0}", e.getMessage());
    }
  }

  private Map<String, Object> answer(String request) {
    try {
      Object command = Json.at(Json.read(request), "command");
      if (!"status".equals(command)) {
        return refusal("The command is not known; write {\"command\":\"status\"}.");
      }
      Map<String, Object> answer = new LinkedHashMap<>();
      answer.put("ok", true);
      answer.put("status", status.get());
      return answer;
    } catch (JsonRefused e) {
      return refusal("The request is not JSON: " + e.getMessage() + ".");
    } catch (RuntimeException e) {
      // A port may be closing while it is asked; the next question finds it gone.
      LOG.log(Level.DEBUG, "the status could not be read", e);
      return refusal("The status cannot be read at the moment: " + e + ".");
    }
  }

  private static Map<String, Object> refusal(String sentence) {
    Map<String, Object> answer = new LinkedHashMap<>();
    answer.put("ok", false);
    answer.put("error", sentence);
    return answer;
  }

  /** Stops answering and removes the socket. */
  @Override
  public void close() {
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
    listener.close();
    wake.close();
  }
}
