package org.vhostdp.driver.loopback;

import org.vhostdp.linux.EventFd;
import org.vhostdp.linux.LinuxException;
import org.vhostdp.spi.ConfigSchema;
import org.vhostdp.spi.Driver;
import org.vhostdp.spi.DriverException;
import org.vhostdp.spi.DriverInfo;
import org.vhostdp.spi.Host;
import org.vhostdp.spi.Port;
import org.vhostdp.spi.PortConfig;
import org.vhostdp.spi.Probe;

/**
 * The driver {@code loopback}; {@link org.vhostdp.driver.loopback} tells what it does. Ports of
 * mode {@code pair} find each other by the name of their wire among all ports of this process that
 * were opened by drivers of the same class loader.
 */
public final class LoopbackDriver implements Driver {
  private static final DriverInfo INFO =
      DriverInfo.of(
          "loopback",
          "0.1.0",
          "[1.0,2.0)",
          "Reference driver in memory: loopback, pair, reflect, sink and source");

  /** For {@link java.util.ServiceLoader}. */
  public LoopbackDriver() {}

  @Override
  public DriverInfo info() {
    return INFO;
  }

  @Override
  public ConfigSchema schema() {
    return LoopbackOptions.SCHEMA;
  }

  @Override
  public Probe probe() {
    if (!System.getProperty("os.name").equals("Linux")) {
      return Probe.unavailable("This is not Linux.", "Run it on Linux.");
    }
    if (!EventFd.class.getModule().isNativeAccessEnabled()) {
      return Probe.unavailable(
          "The module org.vhostdp.linux may not call native code.",
          "Start java with --enable-native-access=org.vhostdp.linux.");
    }
    return Probe.ok();
  }

  @Override
  public Port open(PortConfig config, Host host) throws DriverException {
    LoopbackOptions options = LoopbackOptions.of(config);
    LinkEvents events = new LinkEvents(options.mode() != Mode.PAIR);
    try {
      if (options.mode() != Mode.PAIR) {
        return new LoopbackPort(options, host, new WireEnd(events), Wire.loop());
      }
      events.open();
      WireEnd end = new WireEnd(events);
      if (options.pull()) {
        Wire.pull(options.wire(), end);
        return new LoopbackPort(options, host, end, Wire.loop());
      }
      return new LoopbackPort(options, host, end, Wire.join(options, end));
    } catch (LinuxException e) {
      throw LoopbackPort.failure(e);
    } catch (DriverException e) {
      events.close();
      throw e;
    }
  }
}
