package org.vhostdp.tck.rules;

import static org.vhostdp.tck.rule.Trial.require;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.vhostdp.spi.Driver;
import org.vhostdp.spi.Port;
import org.vhostdp.spi.PortSettings;
import org.vhostdp.spi.RxQueue;
import org.vhostdp.spi.TxQueue;
import org.vhostdp.tck.harness.Harness;
import org.vhostdp.tck.harness.Wire;
import org.vhostdp.tck.rule.Group;
import org.vhostdp.tck.rule.Need;
import org.vhostdp.tck.rule.OpenPort;
import org.vhostdp.tck.rule.Rule;
import org.vhostdp.tck.rule.RuleTest;
import org.vhostdp.tck.rule.Trial;

/** Life cycle: from probe to close, and again. */
final class LifeRules {
  private static final int RESTARTS = 20;
  private static final int REOPENS = 100;

  private LifeRules() {}

  static List<Rule> rules() {
    return List.of(
        rule(
            "LIFE-1",
            "probe leaves nothing behind",
            "Driver",
            "probe() has no side effects: no device, file, process or thread is left behind, and it"
                + " may be called any number of times.",
            LifeRules::probeLeavesNothingBehind),
        rule(
            "LIFE-2",
            "info and schema touch nothing",
            "Driver",
            "The constructor, info() and schema() need no privilege, no native library and no"
                + " device.",
            LifeRules::infoAndSchemaTouchNothing),
        rule(
            "LIFE-3",
            "a failed open releases everything",
            "Driver",
            "A failed open has released everything it took.",
            FailedOpen::releasesEverything),
        rule(
            "LIFE-4",
            "no threads, no callbacks",
            "Driver",
            "A driver starts no threads and calls nobody back.",
            NoThreads::startsNoThreads),
        rule(
            "LIFE-5",
            "bursts of a stopped port move nothing",
            "Port",
            "configure comes before start; a burst method called while the port is not started"
                + " returns 0 and moves nothing.",
            Stopped::burstsOfAStoppedPortMoveNothing),
        rule(
            "LIFE-6",
            "the wire is silent after stop",
            "Port",
            "stop is called when no burst call is running and every lent frame has been given back."
                + " When it returns, the wire is silent: nothing more is sent or received.",
            Stopped::wireIsSilentAfterStop),
        rule(
            "LIFE-7",
            "start follows stop 20 times",
            "Port",
            "start may follow stop, any number of times, and frames flow again.",
            LifeRules::startFollowsStop),
        rule(
            "LIFE-8",
            "close releases everything and may be called again",
            "Port",
            "close stops if needed, releases everything, and may be called again.",
            LifeRules::closeReleasesEverything),
        rule(
            "LIFE-9",
            "queues, wakeups and regions are there in time",
            "Port",
            "Queues exist from configure on; their wakeups and the port's regions are valid from"
                + " start to stop.",
            LifeRules::queuesAndRegionsAreThereInTime),
        rule(
            "LIFE-10",
            "reopen 100 times and traffic passes",
            "Driver",
            "What was closed can be opened again at once, any number of times, and frames flow.",
            LifeRules::reopens100Times),
        rule(
            "LIFE-11",
            "use unconfigured or after close is refused",
            "Port",
            "Starting a port that was never configured, and configuring or starting one after"
                + " close, is refused: IllegalStateException or DriverException. Any other call"
                + " after close but close itself is a mistake of the caller; it may throw"
                + " IllegalStateException, and touches nothing.",
            Misuse::useOutOfTimeIsRefused));
  }

  private static Rule rule(String id, String title, String type, String sentence, RuleTest test) {
    return new Rule(id, title, type, sentence, Group.LIFE_CYCLE, Need.NOTHING, test);
  }

  private static void probeLeavesNothingBehind(Trial trial) throws Exception {
    Driver driver = trial.driver();
    boolean first = driver.probe().isOk();
    Traces.leftBy(
        20,
        "20 probes",
        () ->
            require(
                driver.probe().isOk() == first,
                "probe said both that the driver can run here and that it cannot"));
  }

  private static void infoAndSchemaTouchNothing(Trial trial) throws Exception {
    Driver driver = trial.driver();
    String info = driver.info().toString();
    int keys = driver.schema().keys().size();
    Traces.leftBy(
        40,
        "40 readings of info and schema",
        () -> {
          require(driver.info().toString().equals(info), "info changed from %s", info);
          require(driver.schema().keys().size() == keys, "the schema no longer has %d keys", keys);
        });
  }

  private static void startFollowsStop(Trial trial) throws Exception {
    OpenPort port = trial.start();
    for (int i = 1; i <= RESTARTS; i++) {
      port.port().stop();
      port.start();
      Traffic.exchange(trial, port, Numbers.RESTARTED + i, "after " + i + " restarts");
    }
  }

  private static void closeReleasesEverything(Trial trial) throws Exception {
    Wire wire = trial.wire(Harness.Request.plain());
    Traces.leftBy(
        10,
        "10 opens, starts and closes",
        () -> {
          Port port = trial.open(wire);
          port.configure(PortSettings.defaults());
          port.start();
          closeThrice(port);
        });
  }

  private static void closeThrice(Port port) {
    port.close();
    for (int i = 2; i <= 3; i++) {
      try {
        port.close();
      } catch (RuntimeException e) {
        require(false, "close call %d of one port threw %s", i, e);
      }
    }
  }

  private static void queuesAndRegionsAreThereInTime(Trial trial) throws Exception {
    Wire wire = trial.wire(Harness.Request.plain());
    Port port = trial.open(wire);
    port.configure(PortSettings.defaults());
    RxQueue rx = port.rx(0);
    TxQueue tx = port.tx(0);
    requireOneOnly(port);
    port.start();
    wire.started();
    require(port.rx(0) == rx && port.tx(0) == tx, "start gave a configured queue another object");
    require(!port.regions().isEmpty(), "a started port has no regions");
    require(
        port.regions().stream()
            .allMatch(
                region ->
                    region.segment().scope().isAlive()
                        && region.segment().isAccessibleBy(Thread.currentThread())),
        "a started port has a region that is not valid memory");
    requireOpen(rx.wakeup().fd(), "receive");
    requireOpen(tx.wakeup().fd(), "transmit");
  }

  private static void requireOneOnly(Port port) {
    for (int queue : new int[] {-1, 1}) {
      boolean refused = false;
      try {
        port.rx(queue);
      } catch (IndexOutOfBoundsException e) {
        refused = true;
      }
      require(refused, "a port with one queue pair gave receive queue %d", queue);
    }
  }

  private static void requireOpen(int fd, String way) {
    require(
        fd == -1 || Files.exists(Path.of("/proc/self/fd/" + fd)),
        "the %s wakeup of a started port names file descriptor %d, which is not open",
        way,
        fd);
  }

  private static void reopens100Times(Trial trial) throws Exception {
    Wire wire = trial.wire(Harness.Request.plain());
    for (int i = 1; i <= REOPENS; i++) {
      OpenPort port = OpenPort.on(trial, wire, PortSettings.defaults());
      Traffic.exchange(trial, port, Numbers.REOPENED + i, "after " + i + " opens");
      port.port().close();
    }
  }
}
