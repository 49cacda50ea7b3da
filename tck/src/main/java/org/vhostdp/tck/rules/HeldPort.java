package org.vhostdp.tck.rules;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.ServiceLoader;
import org.vhostdp.spi.Driver;
import org.vhostdp.spi.DriverException;
import org.vhostdp.spi.Host;
import org.vhostdp.spi.Port;
import org.vhostdp.spi.PortSettings;
import org.vhostdp.spi.SpiVersion;
import org.vhostdp.spi.Version;
import org.vhostdp.store.DriverRefused;
import org.vhostdp.store.DriverStore;

/** The main class of {@link KilledPort}'s process: opens and starts a port, and waits. */
final class HeldPort {
  /** What the file of the answer says when the port is started; anything else is a refusal. */
  static final String STARTED = "started\n";

  /** Nobody kills a process that is forgotten. */
  private static final int LONGEST_MILLIS = 60_000;

  private HeldPort() {}

  /**
   * @param args the file of the answer; the driver's folder, or "" if it is a module here; its id;
   *     then KEY=VALUE
   */
  public static void main(String[] args) throws IOException, InterruptedException {
    Path answer = Path.of(args[0]);
    Port port;
    try {
      port = open(args[1], args[2], config(args));
      port.configure(PortSettings.defaults());
      port.start();
    } catch (DriverException | DriverRefused | RuntimeException | LinkageError e) {
      Files.writeString(answer, String.valueOf(e.getMessage()).replace('\n', ' ') + "\n");
      return;
    }
    Files.writeString(answer, STARTED);
    Thread.sleep(LONGEST_MILLIS);
    port.close();
  }

  private static Map<String, String> config(String[] args) {
    Map<String, String> config = new LinkedHashMap<>();
    for (int i = 3; i < args.length; i++) {
      int equals = args[i].indexOf('=');
      config.put(args[i].substring(0, equals), args[i].substring(equals + 1));
    }
    return config;
  }

  private static Port open(String folder, String id, Map<String, String> config)
      throws DriverException, DriverRefused {
    Driver driver = folder.isEmpty() ? module(id) : DriverStore.loadFolder(Path.of(folder));
    return driver.open(driver.schema().check("tck", config), new SilentHost());
  }

  private static Driver module(String id) throws DriverRefused {
    for (Driver driver : ServiceLoader.load(Driver.class)) {
      if (driver.info().id().equals(id)) {
        return driver;
      }
    }
    throw new DriverRefused("There is no driver " + id + " among this process's modules.");
  }

  /** Nobody reads this process's log. */
  private static final class SilentHost implements Host {
    @Override
    public Version spiVersion() {
      return SpiVersion.CURRENT;
    }

    @Override
    public void log(System.Logger.Level level, String message) {
      // See above.
    }
  }
}
