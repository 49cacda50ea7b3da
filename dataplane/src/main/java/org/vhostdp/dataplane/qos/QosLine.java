package org.vhostdp.dataplane.qos;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** One line, taken apart: words of the form KEY=VALUE. */
final class QosLine {
  private static final long MOST_BITS = 1_000_000_000_000L;
  private static final long LEAST_BITS = 1000;
  private static final long MOST_PACKETS = 1_000_000_000;
  private static final long LEAST_BURST = 1522;
  private static final long MOST_BURST = 1L << 32;
  private static final Map<String, Long> RATES =
      Map.of("bit", 1L, "kbit", 1000L, "mbit", 1_000_000L, "gbit", 1_000_000_000L);
  private static final Map<String, Long> BYTES = Map.of("", 1L, "k", 1L << 10, "m", 1L << 20);

  private final String text;
  private final Map<String, String> values = new LinkedHashMap<>();

  private QosLine(String text) {
    this.text = text;
  }

  /**
   * Takes a line apart.
   *
   * @param named whether its first word is a name without a value
   * @param known the keys it may have
   */
  static QosLine of(String text, boolean named, List<String> known) throws QosRefused {
    QosLine line = new QosLine(text);
    String[] words = text.split("\\s+");
    if (named && words[0].contains("=")) {
      throw line.refused("gives " + words[0] + " a value; it takes none");
    }
    for (int i = named ? 1 : 0; i < words.length; i++) {
      int equals = words[i].indexOf('=');
      String key = equals < 0 ? words[i] : words[i].substring(0, equals);
      if (!known.contains(key)) {
        throw line.refused(
            "has the word "
                + key
                + Suggestion.of(key, known)
                + "; here are known "
                + String.join(", ", known));
      }
      if (equals < 0 || equals == words[i].length() - 1) {
        throw line.refused("gives no value: write " + key + "=VALUE");
      }
      if (line.values.put(key, words[i].substring(equals + 1)) != null) {
        throw line.refused("has " + key + "= twice: leave one out");
      }
    }
    return line;
  }

  boolean has(String key) {
    return values.containsKey(key);
  }

  /** A whole number in bounds. */
  int number(String key, int least, int most) throws QosRefused {
    return (int) whole(key, required(key), least, most, 1);
  }

  /** A list of numbers from 0, as bits. */
  long set(String key, int most) throws QosRefused {
    long bits = 0;
    for (String word : required(key).split(",", -1)) {
      bits |= 1L << whole(key, word, 0, most, 1);
    }
    return bits;
  }

  Share share() throws QosRefused {
    return new Share(
        has("weight") ? number("weight", 1, 64) : Share.DEFAULT.weight(),
        has("priority") ? number("priority", 0, 7) : Share.DEFAULT.priority());
  }

  /** What rate, packets and burst say, or null if there is neither rate nor packets. */
  Limit limit() throws QosRefused {
    long bits = has("rate") ? measured("rate", RATES, LEAST_BITS, MOST_BITS) : 0;
    long packets = has("packets") ? measured("packets", Map.of("", 1L), 1, MOST_PACKETS) : 0;
    long burst = has("burst") ? measured("burst", BYTES, LEAST_BURST, MOST_BURST) : 0;
    if (burst != 0 && bits == 0) {
      throw refused("has a burst, but no rate: burst= is bytes above rate=");
    }
    return bits == 0 && packets == 0 ? null : new Limit(bits, packets, burst);
  }

  private long measured(String key, Map<String, Long> units, long least, long most)
      throws QosRefused {
    String value = required(key);
    int digits = 0;
    while (digits < value.length() && Character.isDigit(value.charAt(digits))) {
      digits++;
    }
    Long unit = units.get(value.substring(digits));
    if (unit == null && value.matches("0+")) {
      // Who means "none" needs to be told of that, not of units.
      unit = 1L;
    }
    if (unit == null || digits == 0) {
      throw refused("has " + key + "=" + value + ", which is not " + example(key));
    }
    return whole(key, value.substring(0, digits), least, most, unit);
  }

  private static String example(String key) {
    return switch (key) {
      case "rate" -> "a whole number and bit, kbit, mbit or gbit, such as rate=100mbit";
      case "burst" -> "a whole number of bytes, or of k or m, such as burst=64k";
      default -> "a whole number, such as " + key + "=10000";
    };
  }

  private long whole(String key, String digits, long least, long most, long unit)
      throws QosRefused {
    if (!digits.matches("[0-9]+")) {
      throw refused("has " + key + "=" + digits + ", which is no whole number");
    }
    String plain = digits.replaceFirst("^0+(?=.)", "");
    long value = plain.length() > 13 ? Long.MAX_VALUE : Long.parseLong(plain);
    if (value == 0 && (key.equals("rate") || key.equals("packets"))) {
      throw refused("has " + key + "=" + digits + ": to remove a limit, leave its line out");
    }
    if (value > most / unit || value * unit < least) {
      throw refused(
          "has "
              + key
              + "="
              + values.get(key)
              + "; it goes from "
              + least
              + " to "
              + most
              + (key.equals("rate") ? " bit" : key.equals("burst") ? " bytes" : ""));
    }
    return value * unit;
  }

  private String required(String key) throws QosRefused {
    String value = values.get(key);
    if (value == null) {
      throw refused("needs " + key + "=");
    }
    return value;
  }

  /** A refusal of this line. */
  QosRefused refused(String why) {
    return new QosRefused("Line \"" + text + "\" " + why + ".");
  }
}
