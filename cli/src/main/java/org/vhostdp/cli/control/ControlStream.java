package org.vhostdp.cli.control;

import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.Map;
import org.vhostdp.attest.json.Json;
import org.vhostdp.attest.json.JsonRefused;

/**
 * A connection over which lines of JSON go one way, from a command that streams to its client,
 * until either side closes it. One thread; {@link #end} may be called by another.
 */
public final class ControlStream implements AutoCloseable {
  private static final int MOST_LINE = 1 << 20;

  private final LineChannel lines;

  /** Takes the connection over. */
  ControlStream(LineChannel lines) {
    this.lines = lines;
  }

  /**
   * Tells the client something; {@code "ok": true} is put before it.
   *
   * @throws IOException with a sentence, if the client is gone or takes longer than a second
   */
  public void say(Map<String, Object> values) throws IOException {
    Map<String, Object> line = new LinkedHashMap<>();
    line.put("ok", true);
    line.putAll(values);
    lines.write(Json.line(line), ControlServer.DEADLINE_MILLIS);
  }

  /**
   * Waits for the other side to go away; what it says meanwhile has no meaning.
   *
   * @param millis how long at most; 0 only looks
   * @return whether it is gone
   */
  public boolean gone(int millis) throws IOException {
    return lines.gone(millis);
  }

  /**
   * The next line of the instance, for its client.
   *
   * @param millis in which it must have come
   * @return its values, or null if the instance closed the connection
   * @throws IOException with a sentence, also the one of an instance that refuses
   */
  public Map<String, Object> next(int millis) throws IOException {
    String line = lines.read(MOST_LINE, millis);
    try {
      return line == null ? null : ControlClient.accepted(Json.read(line));
    } catch (JsonRefused e) {
      throw new IOException("What answers is no instance of vhost-dp.", e);
    }
  }

  /** Whether something of the other side is there to be read, or it is gone. */
  public boolean ready(int millis) throws IOException {
    return lines.ready(millis);
  }

  /** Ends the connection, so that {@link #gone} says so. Any thread. */
  void end() {
    lines.end();
  }

  @Override
  public void close() {
    lines.close();
  }
}
