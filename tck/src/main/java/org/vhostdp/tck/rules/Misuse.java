package org.vhostdp.tck.rules;

import static org.vhostdp.tck.rule.Trial.require;

import org.vhostdp.spi.DriverException;
import org.vhostdp.spi.Port;
import org.vhostdp.spi.PortSettings;
import org.vhostdp.spi.Statistics;
import org.vhostdp.tck.harness.Harness;
import org.vhostdp.tck.harness.Wire;
import org.vhostdp.tck.rule.Broken;
import org.vhostdp.tck.rule.Trial;

/** Calls that come too early or too late. */
final class Misuse {
  private Misuse() {}

  /** A call that must be refused. */
  private interface Call {
    void make() throws DriverException;
  }

  static void useOutOfTimeIsRefused(Trial trial) throws Exception {
    Wire wire = trial.wire(Harness.Request.plain());
    Port early = trial.open(wire);
    requireRefused(early::start, "a port that was never configured was started");
    early.configure(PortSettings.defaults());
    early.start();
    early.close();
    requireRefused(early::start, "a port was started after close");
    requireRefused(
        () -> early.configure(PortSettings.defaults()), "a port was configured after close");
    tolerated(() -> early.rx(0), "rx");
    tolerated(() -> early.tx(0), "tx");
    tolerated(early::regions, "regions");
    tolerated(early::stop, "stop");
    tolerated(early::events, "events");
    tolerated(early::capabilities, "capabilities");
    tolerated(() -> early.statistics(new Statistics()), "statistics");
  }

  private static void requireRefused(Call call, String otherwise) {
    boolean refused = false;
    try {
      call.make();
    } catch (DriverException | IllegalStateException e) {
      refused = true;
    }
    require(refused, "%s", otherwise);
  }

  private static void tolerated(Runnable call, String name) {
    try {
      call.run();
    } catch (IllegalStateException | IndexOutOfBoundsException e) {
      require(e.getMessage() != null, "%s after close threw %s without a word", name, e);
    } catch (RuntimeException e) {
      throw new Broken("%s after close threw %s".formatted(name, e));
    }
  }
}
