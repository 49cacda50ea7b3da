package org.vhostdp.driver.mdev;

import java.util.Map;
import org.vhostdp.spi.DriverException;
import org.vhostdp.spi.Host;
import org.vhostdp.spi.Port;
import org.vhostdp.spi.PortConfig;
import org.vhostdp.spi.SpiVersion;
import org.vhostdp.spi.Statistics;
import org.vhostdp.spi.Version;

/** Ports for tests. */
final class MdevLab {
  /** Prints what a driver has to say. */
  static final Host HOST =
      new Host() {
        @Override
        public Version spiVersion() {
          return SpiVersion.CURRENT;
        }

        @Override
        public void log(System.Logger.Level level, String message) {
          System.out.println(level + " " + message);
        }
      };

  private MdevLab() {}

  /** Nothing came: what the port has to say about it. */
  static AssertionError stuck(Port port) {
    Statistics now = new Statistics();
    port.statistics(now);
    int event = port.events().next();
    return new AssertionError(
        "no frame came; sent %d, received %d, more %s; event %d: %s"
            .formatted(now.txFrames, now.rxFrames, now.more(), event, port.events().detail()));
  }

  static PortConfig config(Map<String, String> values) throws DriverException {
    return new MdevDriver().schema().check("a test", values);
  }

  static Port open(Map<String, String> values) throws DriverException {
    return new MdevDriver().open(config(values), HOST);
  }
}
