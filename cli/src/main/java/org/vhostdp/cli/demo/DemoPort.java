package org.vhostdp.cli.demo;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
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
   * @param host where the TAP is to be, or null for a driver without another side
   */
  static DemoPort start(DemoPlan plan, DriverStore store, HostSide host, String version)
      throws IOException, Dataplane.StartFailed {
    Path folder = Files.createTempDirectory("vhost-dp-demo-");
    Path socket = folder.resolve("vd0.sock");
    Map<String, String> keys = new LinkedHashMap<>();
    if (host != null) {
      keys.put("ifname", "vdp0");
      keys.put("netns", host.path().toString());
      keys.put("address", DemoPlan.HOST + DemoPlan.PREFIX);
    }
    DriverSection driver = new DriverSection(plan.driver() + "0", plan.driver(), keys);
    PortSpec port = new PortSpec("vd0", plan.queues(), plan.mtu(), null, -1L);
    Netdev netdev = new Netdev(port, driver.name(), SocketSpec.server(socket, OWNER_ONLY));
    DataplaneConfig config =
        new DataplaneConfig(IoSettings.defaults(), List.of(driver), List.of(netdev));
    try {
      Dataplane dataplane = Dataplane.start(config, store);
      StatusReport report = new StatusReport(dataplane, config, version);
      return new DemoPort(folder, socket, dataplane, control(report));
    } catch (Dataplane.StartFailed | RuntimeException e) {
      Files.delete(folder);
      throw e;
    }
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
