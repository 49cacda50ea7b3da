package org.vhostdp.cli.control;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Supplier;
import org.vhostdp.dataplane.Dataplane;
import org.vhostdp.dataplane.config.DataplaneConfig;
import org.vhostdp.dataplane.config.DataplaneConfig.DriverSection;
import org.vhostdp.dataplane.frontend.vhostuser.VhostUserPort;
import org.vhostdp.dataplane.io.IoThread;
import org.vhostdp.dataplane.net.Features;
import org.vhostdp.dataplane.net.QueueCounters;
import org.vhostdp.dataplane.port.DeviceStatus;
import org.vhostdp.dataplane.port.PortServices;
import org.vhostdp.spi.Port;
import org.vhostdp.spi.Statistics;

/** The state of a running dataplane as JSON values. Called by one thread. */
public final class StatusReport implements Supplier<Map<String, Object>> {
  private static final String DROPPED = "DROPPED_";
  private static final String FALLBACK = "FALLBACK_";

  private final Dataplane dataplane;
  private final DataplaneConfig config;
  private final String version;
  private final long start = System.nanoTime();
  private final ThreadTimes times = new ThreadTimes();

  public StatusReport(Dataplane dataplane, DataplaneConfig config, String version) {
    this.dataplane = dataplane;
    this.config = config;
    this.version = version;
  }

  @Override
  public Map<String, Object> get() {
    Map<String, Object> out = new LinkedHashMap<>();
    out.put("pid", ProcessHandle.current().pid());
    out.put("version", version);
    out.put("uptime_ns", System.nanoTime() - start);
    List<Object> threads = new ArrayList<>();
    dataplane.threads().forEach(thread -> threads.add(thread(thread)));
    out.put("io_threads", threads);
    List<Object> ports = new ArrayList<>();
    for (int i = 0; i < dataplane.ports().size(); i++) {
      ports.add(port(dataplane.ports().get(i), config.netdevs().get(i)));
    }
    out.put("ports", ports);
    out.put("standby", standby());
    return out;
  }

  /** Driver sections that no port uses at the moment. */
  private List<Object> standby() {
    List<Object> sections = new ArrayList<>();
    for (DriverSection section : config.drivers()) {
      if (dataplane.ports().stream().noneMatch(p -> p.driverSection().equals(section.name()))) {
        sections.add(Map.of("name", section.name(), "type", section.type()));
      }
    }
    return sections;
  }

  private Map<String, Object> thread(IoThread thread) {
    Map<String, Object> out = new LinkedHashMap<>();
    long kernel = times.nanos(thread.name());
    out.put("name", thread.name());
    out.put("cpu", thread.cpu() < 0 ? null : thread.cpu());
    out.put("cpu_ns", kernel < 0 ? thread.cpuNanos() : kernel);
    out.put("busy_turns", thread.busyTurns());
    out.put("busy_ns", thread.busyNanos());
    out.put("busy_measured", config.io().busyTime());
    out.put("sleeps", thread.sleeps());
    return out;
  }

  private Map<String, Object> port(VhostUserPort port, DataplaneConfig.Netdev netdev) {
    DeviceStatus status = port.status();
    Map<String, Object> out = new LinkedHashMap<>();
    PortServices services = port.device().spec().services();
    out.put("id", port.id());
    out.put("driver", Map.of("name", port.driverSection(), "type", port.driverType()));
    out.put("state", port.state());
    out.put("profile", services.profile().name());
    out.put("socket", socket(port));
    out.put("attached", port.attached());
    out.put("sessions", port.sessions());
    out.put("link", status.linkUp() ? "up" : "down");
    out.put("mtu", netdev.port().effectiveMtu());
    out.put("queue_pairs", port.device().queuePairs());
    out.put("queue_pairs_running", runningPairs(status, port.device().queuePairs()));
    out.put("steering", port.device().describeSteering());
    out.put("flows", services.steering().flows());
    out.put("qos", services.qos().lines());
    out.put("features", Features.names(status.features()));
    out.put("memory_regions", status.memoryRegions());
    out.put("memory_bytes", status.memoryBytes());
    out.put("rx", direction(status, true));
    out.put("tx", direction(status, false));
    out.put("rings", rings(status));
    out.put("driver_statistics", statistics(port));
    out.put("hints", Hints.of(port, status));
    return out;
  }

  private static Map<String, Object> socket(VhostUserPort port) {
    Map<String, Object> out = new LinkedHashMap<>();
    out.put("mode", port.socket().mode().name().toLowerCase(Locale.ROOT));
    out.put("path", port.socket().path() == null ? null : port.socket().path().toString());
    return out;
  }

  private static long runningPairs(DeviceStatus status, int pairs) {
    return status.rings().stream()
        .filter(r -> r.running() && (r.index() & 1) == 0 && r.index() < 2 * pairs)
        .count();
  }

  private static Map<String, Object> direction(DeviceStatus status, boolean receive) {
    Map<String, Object> out = new LinkedHashMap<>();
    out.put("frames", status.total(receive, QueueCounters.Name.FRAMES));
    out.put("bytes", status.total(receive, QueueCounters.Name.BYTES));
    out.put("dropped", counters(status, receive, DROPPED));
    out.put("software", counters(status, receive, FALLBACK));
    out.put("limited", status.total(receive, QueueCounters.Name.LIMITED));
    return out;
  }

  /** The counters of a group, without its prefix. */
  private static Map<String, Object> counters(DeviceStatus status, boolean receive, String prefix) {
    Map<String, Object> counters = new LinkedHashMap<>();
    for (QueueCounters.Name name : QueueCounters.Name.values()) {
      if (name.name().startsWith(prefix)) {
        String reason = name.name().substring(prefix.length()).toLowerCase(Locale.ROOT);
        counters.put(reason, status.total(receive, name));
      }
    }
    return counters;
  }

  private static List<Object> rings(DeviceStatus status) {
    List<Object> rings = new ArrayList<>();
    for (DeviceStatus.Ring ring : status.rings()) {
      if (ring.size() == 0) {
        continue;
      }
      Map<String, Object> out = new LinkedHashMap<>();
      out.put("index", ring.index());
      out.put("size", ring.size());
      out.put("running", ring.running());
      out.put("fault", ring.fault());
      for (QueueCounters.Name name : QueueCounters.Name.values()) {
        out.put(name.name().toLowerCase(Locale.ROOT), ring.count(name));
      }
      rings.add(out);
    }
    return rings;
  }

  private static Map<String, Object> statistics(VhostUserPort port) {
    Statistics statistics = new Statistics();
    Map<String, Object> out = new LinkedHashMap<>();
    Port driver = port.driver();
    if (driver == null) {
      return out;
    }
    try {
      driver.statistics(statistics);
    } catch (RuntimeException e) {
      // A port whose device is gone may know nothing any more; the rest of the status still counts.
      return out;
    }
    out.put("rx_frames", statistics.rxFrames);
    out.put("rx_bytes", statistics.rxBytes);
    out.put("rx_dropped", statistics.rxDropped);
    out.put("rx_errors", statistics.rxErrors);
    out.put("tx_frames", statistics.txFrames);
    out.put("tx_bytes", statistics.txBytes);
    out.put("tx_dropped", statistics.txDropped);
    out.put("tx_errors", statistics.txErrors);
    out.putAll(statistics.more());
    return out;
  }
}
