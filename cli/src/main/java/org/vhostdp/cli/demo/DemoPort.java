package org.vhostdp.cli.demo;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.vhostdp.cli.control.ControlServer;
import org.vhostdp.cli.control.Instances;
import org.vhostdp.cli.control.RuntimeFolder;
import org.vhostdp.cli.control.StatusReport;
import org.vhostdp.dataplane.Dataplane;
import org.vhostdp.dataplane.config.DataplaneConfig;
import org.vhostdp.dataplane.config.DataplaneConfig.DriverSection;
import org.vhostdp.dataplane.config.DataplaneConfig.IoSettings;
import org.vhostdp.dataplane.config.DataplaneConfig.Netdev;
import org.vhostdp.dataplane.frontend.vhostuser.SocketSpec;
import org.vhostdp.dataplane.frontend.vhostuser.VhostUserPort;
import org.vhostdp.dataplane.port.PortSpec;
import org.vhostdp.store.DriverStore;

/** The dataplane under demonstration: one port, its socket in a folder of its own. */
final class DemoPort implements AutoCloseable {
  private static final int OWNER_ONLY = 0600;

  private final Path folder;
  private final Path socket;
  private final Dataplane dataplane;
  private final ControlServer control;

  private DemoPort(Path folder, Path socket, Dataplane dataplane, ControlServer control) {
    this.folder = folder;
    this.socket = socket;
    this.dataplane = dataplane;
    this.control = control;
  }

  /**
   * Starts it.
   *
   * @param end the driver's other side, or null for a driver without one
   * @param host where that is, or null
   */
  static DemoPort start(DemoPlan plan, DriverStore store, FarEnd end, HostSide host, String version)
      throws IOException, Dataplane.StartFailed {
    if (end != null) {
      end.prepare(host, plan);
    }
    Path folder = Files.createTempDirectory("vhost-dp-demo-");
    Path socket = folder.resolve("vd0.sock");
    Map<String, String> keys = end == null ? Map.of() : end.keys(host);
    DriverSection driver = new DriverSection(plan.driver() + "0", plan.driver(), keys);
    PortSpec port = new PortSpec("vd0", plan.queues(), plan.mtu(), null, -1L);
    Netdev netdev = new Netdev(port, driver.name(), SocketSpec.server(socket, OWNER_ONLY));
    DataplaneConfig config =
        new DataplaneConfig(IoSettings.defaults(), List.of(driver), List.of(netdev));
    Dataplane dataplane = null;
    try {
      dataplane = start(config, store, end, host);
      if (end != null) {
        end.complete(host);
      }
      StatusReport report = new StatusReport(dataplane, config, version);
      return new DemoPort(folder, socket, dataplane, control(report));
    } catch (IOException | Dataplane.StartFailed | RuntimeException e) {
      if (dataplane != null) {
        dataplane.close();
      }
      Files.delete(folder);
      throw e;
    }
  }

  private static Dataplane start(
      DataplaneConfig config, DriverStore store, FarEnd end, HostSide host)
      throws IOException, Dataplane.StartFailed {
    if (end == null || !end.startsInside()) {
      return Dataplane.start(config, store);
    }
    return host.in(() -> Dataplane.start(config, store));
  }

  /** The demonstration can be watched like any other instance, but need not be. */
  private static ControlServer control(StatusReport report) {
    try {
      Path runtime = RuntimeFolder.path();
      RuntimeFolder.create(runtime);
      return new ControlServer(Instances.socketIn(runtime), report);
    } catch (IOException e) {
      System.getLogger(DemoPort.class.getName())
          .log(System.Logger.Level.DEBUG, "no control socket: {0}", e.getMessage());
      return null;
    }
  }

  Path socket() {
    return socket;
  }

  VhostUserPort port() {
    return dataplane.ports().getFirst();
  }

  @Override
  public void close() throws IOException {
    if (control != null) {
      control.close();
    }
    dataplane.close();
    Files.delete(folder);
  }
}
