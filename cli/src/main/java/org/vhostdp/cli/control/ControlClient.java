package org.vhostdp.cli.control;

import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import org.vhostdp.attest.json.Json;
import org.vhostdp.attest.json.JsonRefused;
import org.vhostdp.linux.Fd;
import org.vhostdp.linux.UnixSocket;

/** Asks a running instance. */
public final class ControlClient {
  private static final int MOST_ANSWER = 16 << 20;
  private static final int DEADLINE_MILLIS = 20_000;

  /** For commands that open drivers, which may wait for a device. */
  private static final int PATIENCE_MILLIS = 120_000;

  private ControlClient() {}

  /**
   * The status of an instance.
   *
   * @throws IOException with a sentence
   */
  public static Map<String, Object> status(Path socket) throws IOException {
    return Json.object(ask(socket, request("status"), DEADLINE_MILLIS).get("status"));
  }

  /** A request of a name, to which its other values are added. */
  public static Map<String, Object> request(String command) {
    Map<String, Object> request = new LinkedHashMap<>();
    request.put("command", command);
    return request;
  }

  /**
   * The answer to a request; waits for commands that take time.
   *
   * @throws IOException with a sentence, also the one of an instance that refuses
   */
  public static Map<String, Object> ask(Path socket, Map<String, Object> request)
      throws IOException {
    return ask(socket, request, PATIENCE_MILLIS);
  }

  private static Map<String, Object> ask(Path socket, Map<String, Object> request, int millis)
      throws IOException {
    try (LineChannel lines = new LineChannel(UnixSocket.connect(socket))) {
      lines.write(Json.line(request), DEADLINE_MILLIS);
      String line = lines.read(MOST_ANSWER, millis);
      if (line == null) {
        throw new IOException("The instance at " + socket + " hung up.");
      }
      return accepted(Json.read(line));
    } catch (JsonRefused e) {
      throw new IOException("What answers at " + socket + " is no instance of vhost-dp.", e);
    }
  }

  /**
   * Begins a command that keeps its connection.
   *
   * @param passed a descriptor for the instance, which stays the caller's; null passes none
   * @return the connection, the caller's; the instance's first line is its answer
   * @throws IOException with a sentence
   */
  public static ControlStream open(Path socket, Map<String, Object> request, Fd passed)
      throws IOException {
    LineChannel lines = new LineChannel(UnixSocket.connect(socket));
    try {
      lines.write(Json.line(request), passed, DEADLINE_MILLIS);
      return new ControlStream(lines);
    } catch (IOException e) {
      lines.close();
      throw e;
    }
  }

  /** The values of an answer that says yes. */
  static Map<String, Object> accepted(Object answer) throws IOException {
    if (!Boolean.TRUE.equals(Json.at(answer, "ok"))) {
      throw new IOException(
          Json.at(answer, "error") instanceof String sentence
              ? sentence
              : "The instance refuses, and does not say why.");
    }
    return Json.object(answer);
  }
}
