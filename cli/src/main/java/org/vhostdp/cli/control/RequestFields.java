package org.vhostdp.cli.control;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.vhostdp.dataplane.port.Refusal;

/** What requests say, and how they are refused. */
public final class RequestFields {
  private RequestFields() {}

  /**
   * A text that must be there.
   *
   * @throws ControlRefused if it is not, or is no text
   */
  public static String text(Map<String, Object> request, String key) throws ControlRefused {
    if (request.get(key) instanceof String text && !text.isEmpty()) {
      return text;
    }
    throw new ControlRefused("The request has no text \"" + key + "\".");
  }

  /**
   * A list of text that must be there, and may be empty.
   *
   * @throws ControlRefused if it is not, or holds something else
   */
  public static List<String> lines(Map<String, Object> request, String key) throws ControlRefused {
    List<String> lines = new ArrayList<>();
    if (request.get(key) instanceof List<?> list) {
      for (Object element : list) {
        if (element instanceof String line) {
          lines.add(line);
        }
      }
      if (lines.size() == list.size()) {
        return lines;
      }
    }
    throw new ControlRefused("The request has no list of text \"" + key + "\".");
  }

  /** The dataplane's refusal as a sentence. */
  public static ControlRefused refused(Refusal refusal) {
    String message = String.valueOf(refusal.getMessage());
    String end = message.endsWith(".") ? "" : ".";
    String text = message.isEmpty() ? "It is refused" : message;
    return new ControlRefused(
        Character.toUpperCase(text.charAt(0)) + text.substring(1) + end, refusal);
  }

  /** The lane of everything that changes a port. */
  static String lane(Map<String, Object> request) {
    return String.valueOf(request.get("port"));
  }
}
