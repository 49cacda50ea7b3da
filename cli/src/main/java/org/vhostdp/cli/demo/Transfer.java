package org.vhostdp.cli.demo;

import java.util.LinkedHashMap;
import java.util.Map;
import org.vhostdp.attest.json.Json;
import org.vhostdp.attest.json.JsonRefused;
import org.vhostdp.cli.text.Units;

/**
 * Payload that arrived in one direction.
 *
 * @param bytes of payload
 * @param seconds it took
 */
record Transfer(long bytes, double seconds) {
  double bitsPerSecond() {
    return seconds > 0 ? 8 * bytes / seconds : 0;
  }

  String text() {
    return Units.decimal(bitsPerSecond(), "bit/s") + " (" + Units.bytes(bytes) + ")";
  }

  Map<String, Object> json() {
    Map<String, Object> out = new LinkedHashMap<>();
    out.put("bytes", bytes);
    out.put("seconds", seconds);
    out.put("bits_per_second", bitsPerSecond());
    return out;
  }

  /**
   * What the receiver counted, from iperf3's JSON.
   *
   * @throws DemoFailed if iperf3 failed
   */
  static Transfer ofIperf(String output) throws DemoFailed {
    int start = output.indexOf('{');
    Object report;
    try {
      report =
          Json.readLeniently(
              start < 0 ? output : output.substring(start, output.lastIndexOf('}') + 1));
    } catch (JsonRefused | IndexOutOfBoundsException e) {
      throw new DemoFailed("iperf3 did not run in the guest: " + output.strip(), e);
    }
    Object error = Json.at(report, "error");
    if (error != null) {
      throw new DemoFailed("iperf3 says: " + error + ".");
    }
    Object sum = Json.at(report, "end", "sum_received");
    Object seconds = Json.at(sum, "seconds");
    return new Transfer(
        Json.number(Json.at(sum, "bytes")), seconds instanceof Number n ? n.doubleValue() : 0);
  }
}
