package org.vhostdp.dataplane;

import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.vhostdp.dataplane.config.DataplaneConfig;
import org.vhostdp.dataplane.frontend.vhostuser.VhostUserPort;
import org.vhostdp.dataplane.io.IoThread;
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

  private final List<IoThread> threads = new ArrayList<>();
  private final List<VhostUserPort> ports = new ArrayList<>();

  private Dataplane() {}

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
    Dataplane dataplane = new Dataplane();
    try {
      dataplane.startThreads(config.io());
      for (DataplaneConfig.Netdev netdev : config.netdevs()) {
        dataplane.startPort(config, netdev, store);
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

  private void startPort(DataplaneConfig config, DataplaneConfig.Netdev netdev, DriverStore store)
      throws StartFailed {
    DataplaneConfig.DriverSection section = config.driver(netdev.driver());
    try {
      Driver driver = store.load(section.request());
      String where = "[driver." + section.name() + "]";
      PortConfig checked = driver.schema().check(where, section.values());
      Port port = driver.open(checked, new LoggingHost(section.name()));
      // Queue pairs start on different threads, so that single-queue ports spread as well.
      List<IoThread> rotated = new ArrayList<>(threads);
      Collections.rotate(rotated, -ports.size());
      ports.add(new VhostUserPort(netdev.port(), netdev.socket(), port, rotated));
    } catch (DriverRefused | DriverException | LinuxException e) {
      throw new StartFailed("netdev " + netdev.port().id() + ": " + e.getMessage(), e);
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
