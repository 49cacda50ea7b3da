package org.vhostdp.attest.json;

import java.util.List;
import java.util.Map;

/**
 * JSON as plain values: {@code Map<String, ?>} in order, {@code List<?>}, String, Long or Double,
 * Boolean, null.
 */
public final class Json {
  private Json() {}

  /** The text of a value, on one line. */
  public static String line(Object value) {
    StringBuilder out = new StringBuilder(256);
    write(out, value, -1);
    return out.toString();
  }

  /** The text of a value, indented for people. */
  public static String pretty(Object value) {
    StringBuilder out = new StringBuilder(1024);
    write(out, value, 0);
    return out.toString();
  }

  /**
   * Reads one value.
   *
   * @throws JsonRefused saying what is wrong and where
   */
  public static Object read(String text) throws JsonRefused {
    return new JsonReader(text, true).read();
  }

  /**
   * Reads one value of a program that gives a key twice, as iperf3 does: the last one counts. Not
   * for what is signed or decides anything.
   *
   * @throws JsonRefused saying what is wrong and where
   */
  public static Object readLeniently(String text) throws JsonRefused {
    return new JsonReader(text, false).read();
  }

  /** The value if it is an object, otherwise an empty one. */
  @SuppressWarnings("unchecked") // objects are only ever made with text keys
  public static Map<String, Object> object(Object value) {
    return value instanceof Map<?, ?> map ? (Map<String, Object>) map : Map.of();
  }

  /** The value if it is an array, otherwise an empty one. */
  public static List<?> array(Object value) {
    return value instanceof List<?> list ? list : List.of();
  }

  /** The value if it is a number, otherwise 0. */
  public static long number(Object value) {
    return value instanceof Number n ? n.longValue() : 0;
  }

  /** The value at a path of keys, or null. */
  public static Object at(Object value, String... keys) {
    Object now = value;
    for (String key : keys) {
      now = object(now).get(key);
    }
    return now;
  }

  private static void write(StringBuilder out, Object value, int indent) {
    switch (value) {
      case null -> out.append("null");
      case Map<?, ?> map -> writeObject(out, map, indent);
      case Iterable<?> list -> writeArray(out, list, indent);
      case Number n -> writeNumber(out, n);
      case Boolean b -> out.append(b.booleanValue());
      default -> quote(out, value.toString());
    }
  }

  private static void writeNumber(StringBuilder out, Number n) {
    if (n instanceof Double d && !Double.isFinite(d)) {
      out.append("null");
    } else {
      out.append(n);
    }
  }

  private static void writeObject(StringBuilder out, Map<?, ?> map, int indent) {
    out.append('{');
    boolean first = true;
    for (Map.Entry<?, ?> entry : map.entrySet()) {
      separate(out, first, indent);
      quote(out, entry.getKey().toString());
      out.append(indent < 0 ? ":" : ": ");
      write(out, entry.getValue(), indent < 0 ? -1 : indent + 1);
      first = false;
    }
    end(out, first, indent);
    out.append('}');
  }

  private static void writeArray(StringBuilder out, Iterable<?> list, int indent) {
    out.append('[');
    boolean first = true;
    for (Object element : list) {
      separate(out, first, indent);
      write(out, element, indent < 0 ? -1 : indent + 1);
      first = false;
    }
    end(out, first, indent);
    out.append(']');
  }

  private static void separate(StringBuilder out, boolean first, int indent) {
    if (!first) {
      out.append(',');
    }
    if (indent >= 0) {
      out.append('\n').repeat("  ", indent + 1);
    }
  }

  private static void end(StringBuilder out, boolean empty, int indent) {
    if (!empty && indent >= 0) {
      out.append('\n').repeat("  ", indent);
    }
  }

  private static void quote(StringBuilder out, String text) {
    out.append('"');
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      switch (c) {
        case '"', '\\' -> out.append('\\').append(c);
        case '\n' -> out.append("\\n");
        case '\t' -> out.append("\\t");
        case '\r' -> out.append("\\r");
        default -> {
          if (c < 0x20 || c == 0x7F || Character.isSurrogate(c)) {
            out.append("\\u").append(Character.forDigit(c >> 12, 16));
            out.append(Character.forDigit(c >> 8 & 15, 16));
            out.append(Character.forDigit(c >> 4 & 15, 16));
            out.append(Character.forDigit(c & 15, 16));
          } else {
            out.append(c);
          }
        }
      }
    }
    out.append('"');
  }
}
