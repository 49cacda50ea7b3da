package org.vhostdp.bench.tcp;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParseException;
import com.google.gson.JsonParser;
import java.io.IOException;

/** iperf3 in the guest: one connection to the host's server. */
final class Iperf {
  /** Seconds at the start of a run that do not count. */
  static final int OMITTED = 1;

  private Iperf() {}

  /**
   * The command line.
   *
   * @param seconds that count
   * @param block what a program hands to the kernel at once, as iperf3 writes it, such as 1M
   */
  static String command(Direction direction, int seconds, String block) {
    return "iperf3 -J -c %s -t %d -O %d -l %s -C cubic%s"
        .formatted(HostSide.ADDRESS, seconds, OMITTED, block, direction.option);
  }

  /**
   * Bits per second that arrived, as the receiver counted them.
   *
   * @param output of a run with {@code -J}; lines before and after the report are passed over
   * @throws IOException if it holds no report, or that of a failure
   */
  static double bitsPerSecond(String output) throws IOException {
    JsonObject report = report(output);
    JsonElement error = report.get("error");
    if (error != null) {
      throw new IOException("iperf3 says: " + error.getAsString() + ".");
    }
    try {
      return report
          .getAsJsonObject("end")
          .getAsJsonObject("sum_received")
          .get("bits_per_second")
          .getAsDouble();
    } catch (NullPointerException | ClassCastException | IllegalStateException e) {
      throw new IOException("iperf3's report has no sum of what was received.", e);
    }
  }

  private static JsonObject report(String output) throws IOException {
    int start = output.indexOf('{');
    int end = output.lastIndexOf('}');
    try {
      if (start >= 0 && end > start) {
        return JsonParser.parseString(output.substring(start, end + 1)).getAsJsonObject();
      }
    } catch (JsonParseException | IllegalStateException e) {
      throw new IOException("iperf3's report cannot be read: " + e.getMessage(), e);
    }
    throw new IOException("iperf3 did not run in the guest: " + output.strip());
  }
}
