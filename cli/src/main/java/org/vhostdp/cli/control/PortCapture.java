package org.vhostdp.cli.control;

import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.Map;
import org.vhostdp.dataplane.capture.CaptureResult;
import org.vhostdp.dataplane.capture.CaptureSpec;
import org.vhostdp.dataplane.capture.CaptureWriter;
import org.vhostdp.dataplane.port.Refusal;
import org.vhostdp.linux.Fd;

/**
 * The instance's side of {@code vhost-dp capture}: copies a port's frames into the descriptor that
 * came with the request, until the client says anything or is gone, or a limit is reached. The
 * first line says that it runs, the second one what became of it.
 */
public final class PortCapture implements StreamingCommand {
  /** The name of the command. */
  public static final String NAME = "capture";

  private static final int LOOK_MILLIS = 50;

  private final Source source;
  private final String program;

  /** Where frames come from: {@code Dataplane::capture}. */
  public interface Source {
    /**
     * Copies a port's frames until closed.
     *
     * @throws Refusal with a sentence
     */
    AutoCloseable capture(String port, CaptureWriter to) throws Refusal;
  }

  /**
   * @param program who writes the files, for their headers
   */
  public PortCapture(Source source, String program) {
    this.source = source;
    this.program = program;
  }

  @Override
  public String name() {
    return NAME;
  }

  @Override
  public void serve(Map<String, Object> request, ControlStream client, Fd passed)
      throws ControlRefused, IOException {
    if (passed == null) {
      throw new ControlRefused(
          "A capture needs a descriptor to write to, passed with the request.");
    }
    String port;
    long seconds;
    CaptureSpec spec;
    try {
      port = RequestFields.text(request, "port");
      seconds = number(request, "seconds", 0, Integer.MAX_VALUE);
      spec = spec(request);
    } catch (IllegalArgumentException | ControlRefused e) {
      passed.close();
      throw new ControlRefused(e.getMessage(), e);
    }
    CaptureWriter writer = new CaptureWriter(passed, spec, program);
    try (writer) {
      run(port, seconds, writer, client);
    }
    // What the client said is taken, or closing would look like a failure to it.
    if (!client.gone(0)) {
      client.say(said(writer.result()));
    }
  }

  private void run(String port, long seconds, CaptureWriter writer, ControlStream client)
      throws ControlRefused, IOException {
    long begin = System.nanoTime();
    try (AutoCloseable _ = source.capture(port, writer)) {
      client.say(Map.of("capturing", port));
      boolean going = true;
      while (going) {
        boolean early = seconds == 0 || System.nanoTime() - begin < seconds * 1_000_000_000L;
        going = early && !writer.await(0) && !client.ready(LOOK_MILLIS);
      }
    } catch (Refusal e) {
      throw RequestFields.refused(e);
    } catch (IOException | RuntimeException e) {
      throw e;
    } catch (Exception e) {
      throw new ControlRefused("The capture cannot be ended: " + e.getMessage(), e);
    }
  }

  private static CaptureSpec spec(Map<String, Object> request) {
    return new CaptureSpec(
        (int) number(request, "snaplen", CaptureSpec.MOST_SNAP, CaptureSpec.MOST_SNAP),
        number(request, "count", 0, Long.MAX_VALUE),
        !Boolean.FALSE.equals(request.get("rx")),
        !Boolean.FALSE.equals(request.get("tx")),
        (int) number(request, "queue", -1, Integer.MAX_VALUE));
  }

  private static long number(Map<String, Object> request, String key, long absent, long most) {
    Object value = request.get(key);
    if (value == null) {
      return absent;
    }
    if (!(value instanceof Long n) || n < 0 || n > most) {
      throw new IllegalArgumentException(
          "The value of \"%s\" is a whole number from 0 to %d.".formatted(key, most));
    }
    return n;
  }

  private static Map<String, Object> said(CaptureResult result) {
    Map<String, Object> out = new LinkedHashMap<>();
    out.put("frames", result.frames());
    out.put("dropped", result.dropped());
    out.put("failure", result.failure());
    return out;
  }
}
