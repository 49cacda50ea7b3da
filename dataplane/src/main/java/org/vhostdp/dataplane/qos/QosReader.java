package org.vhostdp.dataplane.qos;

import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/** Reads the lines of a {@link QosSpec}. */
final class QosReader {
  private static final int MOST_QUEUE = 255;
  private static final int MOST_WEIGHT = 64;
  private static final List<String> LIMITS = List.of("queue", "rate", "packets", "burst");
  private static final List<String> SHARES = List.of("queue", "weight", "priority");
  private static final List<String> CLASSES =
      List.of("class", "dscp", "vlan-priority", "rate", "packets", "burst", "priority", "weight");

  private final TreeMap<Integer, Limit> tx = new TreeMap<>();
  private final TreeMap<Integer, Limit> rx = new TreeMap<>();
  private final TreeMap<Integer, Share> shares = new TreeMap<>();
  private final TreeMap<Integer, TrafficClass> classes = new TreeMap<>();
  private int portWeight;

  QosSpec read(List<String> lines) throws QosRefused {
    for (String line : lines) {
      String text = line.strip().toLowerCase(Locale.ROOT);
      if (!text.isEmpty() && !text.startsWith("#")) {
        read(text);
      }
    }
    return new QosSpec(tx, rx, shares, classes, portWeight == 0 ? 1 : portWeight);
  }

  private void read(String line) throws QosRefused {
    String head = line.split("\\s+", 2)[0];
    switch (head.contains("=") ? head.substring(0, head.indexOf('=')) : head) {
      case "tx" -> limit(tx, QosLine.of(line, true, LIMITS));
      case "rx" -> limit(rx, QosLine.of(line, true, LIMITS));
      case "queue" -> share(QosLine.of(line, false, SHARES));
      case "class" -> trafficClass(QosLine.of(line, false, CLASSES));
      case "port" -> port(QosLine.of(line, true, List.of("weight")));
      default ->
          throw new QosRefused(
              "Line \""
                  + line
                  + "\" begins with "
                  + head
                  + "; a line begins with tx, rx, queue=N, class=N or port"
                  + Suggestion.of(head, List.of("tx", "rx", "queue", "class", "port"))
                  + ".");
    }
  }

  private void limit(Map<Integer, Limit> into, QosLine line) throws QosRefused {
    int queue = line.has("queue") ? line.number("queue", 0, MOST_QUEUE) : QosSpec.PORT;
    Limit limit = line.limit();
    if (limit == null) {
      throw line.refused("limits nothing: it needs rate=, such as rate=100mbit, or packets=");
    }
    once(into.putIfAbsent(queue, limit), line, "a limit of the same direction and queue");
  }

  private void share(QosLine line) throws QosRefused {
    if (!line.has("weight") && !line.has("priority")) {
      throw line.refused("says nothing about its queue: it needs weight= or priority=");
    }
    int queue = line.number("queue", 0, MOST_QUEUE);
    once(shares.putIfAbsent(queue, line.share()), line, "a share of the same queue");
  }

  private void trafficClass(QosLine line) throws QosRefused {
    int number = line.number("class", 0, QosSpec.CLASSES - 1);
    long dscp = line.has("dscp") ? line.set("dscp", 63) : 0;
    int vlan = line.has("vlan-priority") ? (int) line.set("vlan-priority", 7) : 0;
    if (dscp == 0 && vlan == 0 && number != 0) {
      throw line.refused("names no frames: it needs dscp= or vlan-priority=");
    }
    for (Map.Entry<Integer, TrafficClass> other : classes.entrySet()) {
      if ((other.getValue().dscp() & dscp) != 0
          || (other.getValue().vlanPriorities() & vlan) != 0) {
        throw line.refused(
            "names frames that class " + other.getKey() + " names too: each belongs to one class");
      }
    }
    TrafficClass made = new TrafficClass(dscp, vlan, line.limit(), line.share());
    once(classes.putIfAbsent(number, made), line, "class " + number);
  }

  private void port(QosLine line) throws QosRefused {
    once(portWeight == 0 ? null : portWeight, line, "the port's weight");
    portWeight = line.number("weight", 1, MOST_WEIGHT);
  }

  private static void once(Object before, QosLine line, String what) throws QosRefused {
    if (before != null) {
      throw line.refused("is the second one that sets " + what + ": leave one of them out");
    }
  }
}
