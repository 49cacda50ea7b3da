package org.vhostdp.cli;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.vhostdp.attest.json.Json;
import org.vhostdp.cli.config.ConfigDraft;
import org.vhostdp.cli.config.ConfigReader;
import org.vhostdp.cli.config.ConfigRefused;
import org.vhostdp.cli.config.FeatureNames;
import org.vhostdp.cli.config.ListenAddress;
import org.vhostdp.cli.control.ControlCommand;
import org.vhostdp.cli.control.ControlServer;
import org.vhostdp.cli.control.DataplaneCommands;
import org.vhostdp.cli.control.Instances;
import org.vhostdp.cli.control.RuntimeFolder;
import org.vhostdp.cli.control.StatusReport;
import org.vhostdp.cli.control.StreamingCommand;
import org.vhostdp.dataplane.Dataplane;
import org.vhostdp.dataplane.MetricsServer.Served;
import org.vhostdp.dataplane.config.DataplaneConfig;
import org.vhostdp.dataplane.config.DataplaneConfig.Netdev;
import org.vhostdp.dataplane.frontend.vhostuser.SocketSpec;
import org.vhostdp.linux.Fd;
import org.vhostdp.store.DriverRefused;
import org.vhostdp.store.DriverStore;

/** Serves guests until a signal comes. */
final class Run {
  private static final int OWNER_ONLY = 0600;
  private static final long WATCH_MILLIS = 200;

  private final RunArguments arguments;
  private final PrintWriter out;
  private ListenAddress metrics;

  Run(RunArguments arguments, PrintWriter out) {
    this.arguments = arguments;
    this.out = out;
  }

  /** The exit code, or a failure with its sentence. */
  int call() throws Exception {
    if (arguments.printCapabilities) {
      Map<String, Object> capabilities = new LinkedHashMap<>();
      capabilities.put("type", "net");
      capabilities.put("features", FeatureNames.offered());
      out.println(Json.pretty(capabilities));
      return Exit.OK;
    }
    Path folder = RuntimeFolder.path();
    ConfigDraft draft = draft(folder);
    metrics = draft.metrics();
    List<Path> named = new ArrayList<>(arguments.stores);
    named.addAll(draft.stores());
    DriverStore store =
        DriverStores.open(named, arguments.data, DriverStores.trust(draft.policyDraft()));
    boolean told =
        arguments.file != null || !arguments.objects.isEmpty() || !arguments.netdevs.isEmpty();
    if (told) {
      serve(configured(draft, store), null, store, folder);
    } else {
      DataplaneConfig.IoSettings io = draft.io();
      EmbeddedDefault chosen = embedded(store, io, folder);
      serve(chosen.config(), chosen.note(), store, folder);
    }
    return Exit.OK;
  }

  private ConfigDraft draft(Path folder) {
    ConfigReader reader = new ConfigReader(folder);
    reader.io("--io-threads", "io-threads", arguments.threads);
    reader.io("--io-cpus", "io-cpus", arguments.cpus);
    reader.io("--spin-us", "spin-us", arguments.spin);
    reader.io("--busy-time", "busy-time", arguments.busyTime ? true : null);
    if (arguments.file != null) {
      reader.file(arguments.file);
    }
    arguments.objects.forEach(reader::object);
    arguments.netdevs.forEach(reader::netdev);
    return reader.read();
  }

  private DataplaneConfig configured(ConfigDraft draft, DriverStore store)
      throws ConfigRefused, CommandFailed {
    if (arguments.socketPath != null || arguments.fd != null) {
      throw new CommandFailed(
          Exit.USAGE,
          "--socket-path and --fd are for a run without a file and -netdev; write the socket's"
              + " path as the netdev's key \"socket\".");
    }
    return draft.checked(request -> store.load(request).schema());
  }

  private EmbeddedDefault embedded(DriverStore store, DataplaneConfig.IoSettings io, Path folder)
      throws CommandFailed {
    if (arguments.socketPath != null && arguments.fd != null) {
      throw new CommandFailed(Exit.USAGE, "Give one of --socket-path and --fd, not both.");
    }
    SocketSpec socket;
    if (arguments.fd != null) {
      if (arguments.fd < 0
          || !Files.isSymbolicLink(Path.of("/proc/self/fd", arguments.fd.toString()))) {
        throw new CommandFailed(Exit.USAGE, "--fd " + arguments.fd + " is no open descriptor.");
      }
      socket = SocketSpec.passed(Fd.of(arguments.fd));
    } else {
      Path path =
          arguments.socketPath == null
              ? folder.resolve(EmbeddedDefault.PORT + ".sock")
              : arguments.socketPath;
      socket = SocketSpec.server(path, OWNER_ONLY);
    }
    try {
      return EmbeddedDefault.choose(store, io, socket);
    } catch (DriverRefused e) {
      throw new CommandFailed(Exit.FAILED, e.getMessage(), e);
    }
  }

  private void serve(DataplaneConfig config, String note, DriverStore store, Path folder)
      throws Exception {
    makeFolderFor(config, folder);
    try (StopSignal stop = StopSignal.asSuccess();
        Dataplane dataplane = Dataplane.start(config, store);
        ControlServer _ = control(dataplane, config, folder);
        Served served = metrics == null ? null : MetricsEndpoint.serve(metrics, dataplane)) {
      if (served != null) {
        out.println("metrics: " + served.url());
      }
      announce(dataplane, config, note);
      if (!arguments.attempt) {
        await(stop, dataplane);
      }
    }
  }

  /** The runtime folder is made only if a socket lies in it. */
  private void makeFolderFor(DataplaneConfig config, Path folder) throws IOException {
    for (Netdev netdev : config.netdevs()) {
      Path path = netdev.socket().path();
      if (path != null && folder.equals(path.getParent())) {
        RuntimeFolder.create(folder);
        return;
      }
    }
  }

  /** A control socket that nobody asked for by name is not worth failing for. */
  private ControlServer control(Dataplane dataplane, DataplaneConfig config, Path folder)
      throws IOException {
    List<ControlCommand> answering =
        DataplaneCommands.answering(
            dataplane, new StatusReport(dataplane, config, OwnVersion.text()));
    List<StreamingCommand> streaming = DataplaneCommands.streaming(dataplane);
    if (arguments.control != null) {
      return new ControlServer(arguments.control, answering, streaming);
    }
    try {
      RuntimeFolder.create(folder);
      Instances.forgetDead(folder);
      return new ControlServer(Instances.socketIn(folder), answering, streaming);
    } catch (IOException e) {
      System.getLogger(Run.class.getName())
          .log(
              System.Logger.Level.WARNING,
              "other commands, such as \"status\", cannot reach this instance: {0}",
              e.getMessage());
      return null;
    }
  }

  private void announce(Dataplane dataplane, DataplaneConfig config, String note) {
    for (int i = 0; i < config.netdevs().size(); i++) {
      Netdev netdev = config.netdevs().get(i);
      DataplaneConfig.DriverSection driver = config.driver(netdev.driver());
      out.println(
          "%s: driver %s (%s), %s"
              .formatted(netdev.port().id(), driver.name(), driver.type(), where(netdev)));
      if (arguments.qemu || note != null && arguments.fd == null) {
        out.println("Attach a guest with:");
        int queuePairs = dataplane.ports().get(i).device().queuePairs();
        out.println(QemuOptions.of(netdev, queuePairs));
        out.println(QemuOptions.advice(queuePairs));
      }
    }
    for (String section : config.standby()) {
      System.getLogger(Run.class.getName())
          .log(System.Logger.Level.INFO, "[driver.{0}] stands by for \"port swap\"", section);
    }
    if (note != null) {
      out.println(note);
      out.println("Watch it with \"vhost-dp top\"; end it with Ctrl-C.");
    }
    out.flush();
  }

  private static String where(Netdev netdev) {
    SocketSpec socket = netdev.socket();
    return switch (socket.mode()) {
      case SERVER -> "listening at " + socket.path();
      case CLIENT -> "connecting to " + socket.path();
      case PASSED -> "on the descriptor passed";
    };
  }

  private void await(StopSignal stop, Dataplane dataplane) throws InterruptedException {
    // A connection that was passed ends with its front-end, and nothing is left to serve.
    while (!stop.await(arguments.fd == null ? Long.MAX_VALUE : WATCH_MILLIS)) {
      if (dataplane.ports().stream().noneMatch(port -> port.running())) {
        return;
      }
    }
  }
}
