package org.vhostdp.dataplane;

import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.vhostdp.dataplane.capture.CaptureWriter;
import org.vhostdp.dataplane.config.DataplaneConfig;
import org.vhostdp.dataplane.events.DriverStall;
import org.vhostdp.dataplane.frontend.vhostuser.VhostUserPort;
import org.vhostdp.dataplane.io.IoThread;
import org.vhostdp.dataplane.io.StallListener;
import org.vhostdp.dataplane.io.Watchdog;
import org.vhostdp.dataplane.port.DriverSource;
import org.vhostdp.dataplane.port.Refusal;
import org.vhostdp.dataplane.port.SwapReport;
import org.vhostdp.dataplane.qos.QosRefused;
import org.vhostdp.dataplane.qos.QosSpec;
import org.vhostdp.linux.LinuxException;
import org.vhostdp.spi.Driver;
import org.vhostdp.spi.DriverException;
import org.vhostdp.spi.Host;
import org.vhostdp.spi.Port;
import org.vhostdp.spi.PortConfig;
import org.vhostdp.spi.SpiVersion;
import org.vhostdp.spi.Version;
import org.vhostdp.store.DriverRefused;
import org.vhostdp.store.DriverStore;

/** A running dataplane: its IO threads and its ports. */
public final class Dataplane implements AutoCloseable {
  private static final Logger LOG = System.getLogger(Dataplane.class.getName());

  /** A driver whose burst method takes longer hangs. */
  private static final long PATIENCE_NANOS = 1_000_000_000L;

  private final List<IoThread> threads = new ArrayList<>();
  private final List<VhostUserPort> ports = new ArrayList<>();
  private Watchdog watchdog;
  private final Set<String> captured = new HashSet<>();
  private final DataplaneConfig config;
  private final DriverStore store;

  private Dataplane(DataplaneConfig config, DriverStore store) {
    this.config = config;
    this.store = store;
  }

  /**
   * Starts everything a configuration names; on a failure nothing is left running.
   *
   * @throws StartFailed with a sentence that names the section
   */
  public static Dataplane start(DataplaneConfig config, DriverStore store) throws StartFailed {
    List<String> problems = config.problems();
    if (!problems.isEmpty()) {
      throw new StartFailed(String.join("\n", problems));
    }
    Dataplane dataplane = new Dataplane(config, store);
    try {
      dataplane.startThreads(config.io());
      dataplane.watchdog = new Watchdog(dataplane.threads, PATIENCE_NANOS, new Stalls());
      for (DataplaneConfig.Netdev netdev : config.netdevs()) {
        dataplane.startPort(netdev);
      }
      return dataplane;
    } catch (StartFailed | RuntimeException e) {
      dataplane.close();
      throw e;
    }
  }

  private void startThreads(DataplaneConfig.IoSettings io) throws StartFailed {
    try {
      for (int i = 0; i < io.threads(); i++) {
        int cpu = io.cpus().isEmpty() ? -1 : io.cpus().get(i % io.cpus().size());
        threads.add(new IoThread("io-" + i, cpu, io.spinMicros() * 1000L, io.busyTime()));
      }
    } catch (LinuxException e) {
      throw new StartFailed("The IO threads cannot be started: " + e.getMessage(), e);
    }
  }

  private void startPort(DataplaneConfig.Netdev netdev) throws StartFailed {
    try {
      DriverSource source = source(config.driver(netdev.driver()), store);
      Port port = source.open();
      // Queue pairs start on different threads, so that single-queue ports spread as well.
      List<IoThread> rotated = new ArrayList<>(threads);
      Collections.rotate(rotated, -ports.size());
      ports.add(new VhostUserPort(netdev.port(), netdev.socket(), port, source, rotated));
    } catch (DriverRefused | DriverException | LinuxException e) {
      throw new StartFailed("netdev " + netdev.port().id() + ": " + e.getMessage(), e);
    }
  }

  private static DriverSource source(DataplaneConfig.DriverSection section, DriverStore store)
      throws DriverRefused, DriverException {
    Driver driver = store.load(section.request());
    PortConfig checked = driver.schema().check("[driver." + section.name() + "]", section.values());
    return new SectionSource(section, driver, checked);
  }

  /** A section of the configuration, loaded and checked. */
  private record SectionSource(
      DataplaneConfig.DriverSection named, Driver driver, PortConfig checked)
      implements DriverSource {
    @Override
    public String section() {
      return named.name();
    }

    @Override
    public String type() {
      return named.type();
    }

    @Override
    public Port open() throws DriverException {
      return driver.open(checked, new LoggingHost(named.name()));
    }
  }

  private VhostUserPort port(String id) throws Refusal {
    for (VhostUserPort port : ports) {
      if (port.id().equals(id)) {
        return port;
      }
    }
    throw new Refusal(
        "There is no port "
            + id
            + "; there are "
            + String.join(", ", ports.stream().map(VhostUserPort::id).toList())
            + ".");
  }

  /**
   * Moves a running guest to another driver. Any thread; waits.
   *
   * @param id the port
   * @param section the configuration's section of the other driver, which no port uses
   * @throws Refusal with a sentence; then nothing has changed
   */
  public synchronized SwapReport swap(String id, String section) throws Refusal {
    VhostUserPort port = port(id);
    DataplaneConfig.DriverSection next = config.driver(section);
    if (next == null) {
      List<String> names = config.drivers().stream().map(d -> d.name()).toList();
      throw new Refusal(
          "There is no driver section "
              + section
              + "; there are "
              + String.join(", ", names)
              + ".");
    }
    for (VhostUserPort other : ports) {
      if (other.driverSection().equals(section)) {
        throw new Refusal("The port " + other.id() + " uses the driver " + section + " already.");
      }
    }
    try {
      return port.swap(source(next, store));
    } catch (DriverRefused | DriverException e) {
      throw new Refusal("The driver " + section + " cannot be used: " + e.getMessage(), e);
    }
  }

  /** The limits of a port. */
  public QosSpec qos(String id) throws Refusal {
    return port(id).device().spec().services().qos();
  }

  /** Changes the limits of a port, at once. Any thread; waits. */
  public void qos(String id, QosSpec limits) throws Refusal {
    VhostUserPort port = port(id);
    try {
      limits.fits(port.device().queuePairs());
    } catch (QosRefused e) {
      throw new Refusal(e.getMessage(), e);
    }
    port.qos(limits);
  }

  /**
   * Copies a port's frames to a writer until closed. One at a time for each port.
   *
   * @return ends the copying; the writer stays the caller's
   */
  public synchronized AutoCloseable capture(String id, CaptureWriter to) throws Refusal {
    VhostUserPort port = port(id);
    if (!captured.add(id)) {
      throw new Refusal("The port " + id + " is captured already; end that first.");
    }
    try {
      port.capture(to);
    } catch (Refusal e) {
      captured.remove(id);
      throw e;
    }
    return () -> endCapture(port);
  }

  private synchronized void endCapture(VhostUserPort port) throws Refusal {
    if (captured.remove(port.id())) {
      port.capture(null);
    }
  }

  /** The ports, in the order configured. */
  public List<VhostUserPort> ports() {
    return Collections.unmodifiableList(ports);
  }

  /** The IO threads. */
  public List<IoThread> threads() {
    return Collections.unmodifiableList(threads);
  }

  /** Ends every port and thread. */
  @Override
  public void close() {
    for (VhostUserPort port : ports.reversed()) {
      port.close();
    }
    threads.forEach(IoThread::close);
    if (watchdog != null) {
      watchdog.close();
    }
  }

  /** Nothing was started: a sentence for each reason, one a line. */
  public static final class StartFailed extends Exception {
    private static final long serialVersionUID = 1L;

    StartFailed(String message) {
      super(message);
    }

    StartFailed(String message, Throwable cause) {
      super(message, cause);
    }
  }

  /** The log has them already; the recorder gets them too. */
  private static final class Stalls implements StallListener {
    @Override
    public void stalled(String thread, String substitute, long nanos) {
      DriverStall.commit(thread, substitute, nanos);
    }

    @Override
    public void returned(String thread) {
      LOG.log(Level.INFO, "{0} has come back from the driver''s call and ended", thread);
    }
  }

  private record LoggingHost(String section) implements Host {
    @Override
    public Version spiVersion() {
      return SpiVersion.CURRENT;
    }

    @Override
    public void log(Level level, String message) {
      LOG.log(level, "{0}: {1}", section, message);
    }
  }
}
