package org.vhostdp.dataplane.qos;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.LongStream;
import org.vhostdp.spi.Shaping;

/** Writes a {@link QosSpec} as its canonical lines. */
final class QosText {
  private QosText() {}

  static List<String> lines(QosSpec spec) {
    List<String> out = new ArrayList<>();
    limits(out, "tx", spec.limits(Shaping.TRANSMIT));
    limits(out, "rx", spec.limits(Shaping.RECEIVE));
    spec.shares().forEach((queue, share) -> out.add("queue=" + queue + share(share)));
    spec.classes().forEach((number, of) -> out.add("class=" + number + trafficClass(of)));
    if (spec.portWeight() != 1) {
      out.add("port weight=" + spec.portWeight());
    }
    return List.copyOf(out);
  }

  private static void limits(List<String> out, String direction, Map<Integer, Limit> limits) {
    limits.forEach(
        (queue, limit) ->
            out.add(direction + (queue == QosSpec.PORT ? "" : " queue=" + queue) + limit(limit)));
  }

  private static String limit(Limit limit) {
    return (limit.bitsPerSecond() == 0 ? "" : " rate=" + rate(limit.bitsPerSecond()))
        + (limit.packetsPerSecond() == 0 ? "" : " packets=" + limit.packetsPerSecond())
        + (limit.burstBytes() == 0 ? "" : " burst=" + bytes(limit.burstBytes()));
  }

  private static String share(Share share) {
    return " weight=" + share.weight() + " priority=" + share.priority();
  }

  private static String trafficClass(TrafficClass of) {
    return (of.dscp() == 0 ? "" : " dscp=" + bits(of.dscp()))
        + (of.vlanPriorities() == 0 ? "" : " vlan-priority=" + bits(of.vlanPriorities()))
        + (of.limit() == null ? "" : limit(of.limit()))
        + share(of.share());
  }

  private static String bits(long set) {
    return LongStream.range(0, 64)
        .filter(i -> (set >>> i & 1) != 0)
        .mapToObj(Long::toString)
        .collect(Collectors.joining(","));
  }

  /** With the greatest unit that leaves a whole number. */
  static String rate(long bits) {
    String[] units = {"bit", "kbit", "mbit", "gbit"};
    int unit = 0;
    for (; unit < 3 && bits % 1000 == 0; unit++) {
      bits /= 1000;
    }
    return bits + units[unit];
  }

  private static String bytes(long bytes) {
    return bytes % (1 << 20) == 0
        ? (bytes >> 20) + "m"
        : bytes % 1024 == 0 ? (bytes >> 10) + "k" : Long.toString(bytes);
  }
}
