package org.vhostdp.cli.demo;

import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.vhostdp.cli.text.Units;

/**
 * Outcome of a ping.
 *
 * @param sent requests
 * @param received replies
 * @param bestNanos least round trip, -1 if none
 * @param meanNanos mean round trip, -1 if none
 */
record PingText(int sent, int received, long bestNanos, long meanNanos) {
  private static final Pattern COUNTS =
      Pattern.compile("(\\d+) packets transmitted, (\\d+) (?:packets )?received");

  private static final Pattern TIMES = Pattern.compile("= ([\\d.]+)/([\\d.]+)/[\\d.]+");

  /**
   * Reads what ping(8) of iputils or busybox says at its end.
   *
   * @throws DemoFailed if it says nothing of the kind
   */
  static PingText parse(String output) throws DemoFailed {
    Matcher counts = COUNTS.matcher(output);
    if (!counts.find()) {
      throw new DemoFailed("The guest's ping did not run: " + output.strip());
    }
    Matcher times = TIMES.matcher(output);
    boolean timed = times.find();
    return new PingText(
        Integer.parseInt(counts.group(1)),
        Integer.parseInt(counts.group(2)),
        timed ? nanos(times.group(1)) : -1,
        timed ? nanos(times.group(2)) : -1);
  }

  /** The same of so many requests: those sent beyond them while it waited are nobody's loss. */
  PingText of(int requests) {
    return new PingText(requests, received, bestNanos, meanNanos);
  }

  String text() {
    String counts = sent + " sent, " + received + " received";
    return received == 0 ? counts : counts + ", " + Units.latency(meanNanos) + " on average";
  }

  private static long nanos(String millis) {
    return Math.round(Double.parseDouble(millis) * 1e6);
  }
}
