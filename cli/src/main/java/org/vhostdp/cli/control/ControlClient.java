package org.vhostdp.cli.control;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import org.vhostdp.attest.json.Json;
import org.vhostdp.attest.json.JsonRefused;
import org.vhostdp.linux.UnixSocket;

/** Asks a running instance. */
public final class ControlClient {
  private static final int MOST_ANSWER = 16 << 20;
  private static final int DEADLINE_MILLIS = 5000;

  private ControlClient() {}

  /**
   * The status of an instance.
   *
   * @throws IOException with a sentence
   */
  public static Map<String, Object> status(Path socket) throws IOException {
    UnixSocket connected = UnixSocket.connect(socket);
    try (LineChannel lines = new LineChannel(connected)) {
      lines.write("{\"command\":\"status\"}", DEADLINE_MILLIS);
      String line = lines.read(MOST_ANSWER, DEADLINE_MILLIS);
      if (line == null) {
        throw new IOException("The instance at " + socket + " hung up.");
      }
      Object answer = Json.read(line);
      if (!Boolean.TRUE.equals(Json.at(answer, "ok"))) {
        throw new IOException("The instance says: " + Json.at(answer, "error"));
      }
      return Json.object(Json.at(answer, "status"));
    } catch (JsonRefused e) {
      throw new IOException("What answers at " + socket + " is no instance of vhost-dp.", e);
    }
  }
}
