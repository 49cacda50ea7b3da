package org.vhostdp.metrics;

import io.prometheus.metrics.model.snapshots.Labels;
import java.util.Locale;
import java.util.Map;
import org.vhostdp.dataplane.frontend.vhostuser.VhostUserPort;
import org.vhostdp.dataplane.net.QueueCounters;
import org.vhostdp.dataplane.port.DeviceStatus;
import org.vhostdp.spi.Port;
import org.vhostdp.spi.Statistics;

/** The numbers of a port, of its rings and of its driver. */
final class PortNumbers {
  private static final String DROPPED = "DROPPED_";
  private static final String FALLBACK = "FALLBACK_";

  /** The largest burst of each size that is counted apart. */
  private static final double[] BURSTS = bounds();

  private static final Map<QueueCounters.Name, String> HELP =
      Map.of(
          QueueCounters.Name.FRAMES, "Frames moved between guest and driver.",
          QueueCounters.Name.BYTES, "Bytes of those frames.",
          QueueCounters.Name.BURSTS, "Bursts in which they were moved.",
          QueueCounters.Name.NOTIFICATIONS, "Interrupts sent to the guest.",
          QueueCounters.Name.KICKS, "Kicks received from the guest.",
          QueueCounters.Name.BACK_PRESSURE, "Turns in which the driver took less than there was.",
          QueueCounters.Name.STARVED, "Turns in which frames waited for buffers of the guest.",
          QueueCounters.Name.LIMITED, "Turns in which a rate limit held frames back.");

  private PortNumbers() {}

  private static double[] bounds() {
    double[] bounds = new double[QueueCounters.BURST_SIZES - 1];
    for (int i = 0; i < bounds.length; i++) {
      bounds[i] = (2 << i) - 1;
    }
    return bounds;
  }

  static void of(VhostUserPort port, Families out) {
    DeviceStatus status = port.status();
    Labels labels = Labels.of("port", port.id(), "driver", port.driverSection());
    out.gauge(
        "vhost_dp_port_info",
        "1, with what a port is made of.",
        1,
        Labels.of("port", port.id(), "driver", port.driverSection(), "type", port.driverType()));
    flag(out, "vhost_dp_port_up", "Whether the port's driver works.", up(port), labels);
    flag(out, "vhost_dp_port_link_up", "The link as the guest sees it.", status.linkUp(), labels);
    flag(out, "vhost_dp_port_attached", "Whether a guest is attached.", port.attached(), labels);
    out.counter("vhost_dp_port_sessions", "Guests attached so far.", port.sessions(), labels);
    out.gauge(
        "vhost_dp_port_guest_memory_bytes",
        "Memory shared by the guest.",
        status.memoryBytes(),
        labels);
    for (DeviceStatus.Ring ring : status.rings()) {
      if (ring.size() > 0) {
        ring(ring, labels, out);
      }
    }
    driver(port.driver(), labels, out);
  }

  private static boolean up(VhostUserPort port) {
    return port.driver() != null;
  }

  private static void flag(Families out, String name, String help, boolean on, Labels labels) {
    out.gauge(name, help, on ? 1 : 0, labels);
  }

  private static void ring(DeviceStatus.Ring ring, Labels port, Families out) {
    String direction = (ring.index() & 1) == 0 ? "rx" : "tx";
    Labels labels =
        port.add("queue", Integer.toString(ring.index() / 2)).add("direction", direction);
    flag(out, "vhost_dp_ring_running", "Whether a ring is in service.", ring.running(), labels);
    flag(out, "vhost_dp_ring_broken", "Whether a fault ended it.", ring.fault() != null, labels);
    for (QueueCounters.Name name : QueueCounters.Name.values()) {
      count(name, ring.count(name), labels, out);
    }
    out.histogram(
        "vhost_dp_burst_frames",
        "Frames of a burst.",
        BURSTS,
        ring.sizes().stream().mapToLong(Long::longValue).toArray(),
        ring.count(QueueCounters.Name.FRAMES),
        labels);
  }

  private static void count(QueueCounters.Name name, long value, Labels labels, Families out) {
    String word = name.name().toLowerCase(Locale.ROOT);
    if (name.name().startsWith(DROPPED)) {
      out.counter(
          "vhost_dp_dropped_frames",
          "Frames dropped between guest and driver.",
          value,
          labels.add("reason", word.substring(DROPPED.length())));
    } else if (name.name().startsWith(FALLBACK)) {
      out.counter(
          "vhost_dp_fallback_frames",
          "Frames for which software did what the driver or guest does not.",
          value,
          labels.add("kind", word.substring(FALLBACK.length())));
    } else {
      out.counter("vhost_dp_" + word, HELP.getOrDefault(name, word), value, labels);
    }
  }

  private static void driver(Port driver, Labels port, Families out) {
    if (driver == null) {
      return;
    }
    Statistics s = new Statistics();
    try {
      driver.statistics(s);
    } catch (RuntimeException e) {
      // A port whose device is gone may know nothing any more; the other numbers still count.
      out.gauge("vhost_dp_driver_unreadable", "Drivers that gave no statistics.", 1, port);
      return;
    }
    Labels rx = port.add("direction", "rx");
    Labels tx = port.add("direction", "tx");
    String frames = "Frames as the driver counts them.";
    out.counter("vhost_dp_driver_frames", frames, s.rxFrames, rx);
    out.counter("vhost_dp_driver_frames", frames, s.txFrames, tx);
    String bytes = "Bytes of those frames.";
    out.counter("vhost_dp_driver_bytes", bytes, s.rxBytes, rx);
    out.counter("vhost_dp_driver_bytes", bytes, s.txBytes, tx);
    String dropped = "Frames lost in the driver or its device.";
    out.counter("vhost_dp_driver_dropped_frames", dropped, s.rxDropped, rx);
    out.counter("vhost_dp_driver_dropped_frames", dropped, s.txDropped, tx);
    String errors = "Frames damaged or refused.";
    out.counter("vhost_dp_driver_errors", errors, s.rxErrors, rx);
    out.counter("vhost_dp_driver_errors", errors, s.txErrors, tx);
    s.more()
        .forEach(
            (name, value) ->
                out.gauge(
                    "vhost_dp_driver_statistic",
                    "A number of the driver's own.",
                    value,
                    port.add("name", name)));
  }
}
