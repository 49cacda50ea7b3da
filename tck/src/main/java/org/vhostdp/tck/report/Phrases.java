package org.vhostdp.tck.report;

import java.math.BigDecimal;
import java.math.MathContext;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.Locale;

/** How the report's pages write numbers, times, lists and commands. */
public final class Phrases {
  private static final DateTimeFormatter MINUTE =
      DateTimeFormatter.ofPattern("uuuu-MM-dd HH:mm 'UTC'", Locale.ROOT).withZone(ZoneOffset.UTC);

  private static final MathContext FIGURES = new MathContext(4);

  private Phrases() {}

  /** "a", "a and b", "a, b and c"; "" for none. */
  public static String list(List<String> words) {
    int last = words.size() - 1;
    return last <= 0
        ? String.join("", words)
        : String.join(", ", words.subList(0, last)) + " and " + words.get(last);
  }

  /** "1 rule", "2 rules". */
  public static String count(long number, String thing) {
    return number + " " + thing + (number == 1 ? "" : "s");
  }

  /** A moment in universal time, to the minute. */
  public static String minute(Instant instant) {
    return MINUTE.format(instant);
  }

  /** A span of time, as exact as a reader wants it. */
  static String span(Duration span) {
    long millis = span.toMillis();
    if (millis < 1000) {
      return Math.max(0, millis) + " ms";
    }
    if (millis < 60_000) {
      return String.format(Locale.ROOT, "%.1f s", millis / 1000.0);
    }
    return "%d min %d s".formatted(span.toMinutes(), span.toSecondsPart());
  }

  /** A figure: whole from a thousand on, otherwise four digits. */
  static String figure(double value) {
    if (!Double.isFinite(value)) {
      return Double.toString(value);
    }
    if (Math.abs(value) >= 1000) {
      return String.format(Locale.ROOT, "%,.0f", value);
    }
    BigDecimal rounded = new BigDecimal(value).round(FIGURES).stripTrailingZeros();
    return rounded.toPlainString();
  }

  /** A word as a shell takes it, quoted if the shell would see more than a word in it. */
  public static String shell(String word) {
    return word.matches("[A-Za-z0-9._][A-Za-z0-9._-]*")
        ? word
        : "'" + word.replace("'", "'\\''") + "'";
  }
}
