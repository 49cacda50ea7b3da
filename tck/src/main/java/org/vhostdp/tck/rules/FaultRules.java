package org.vhostdp.tck.rules;

import static org.vhostdp.tck.rule.Trial.require;

import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.vhostdp.linux.LinuxException;
import org.vhostdp.spi.Capabilities;
import org.vhostdp.spi.DriverException;
import org.vhostdp.spi.DriverException.Reason;
import org.vhostdp.spi.ForeignMemory;
import org.vhostdp.spi.Port;
import org.vhostdp.spi.PortSettings;
import org.vhostdp.tck.harness.Faults;
import org.vhostdp.tck.harness.Harness;
import org.vhostdp.tck.harness.Wire;
import org.vhostdp.tck.rule.BareThread;
import org.vhostdp.tck.rule.Broken;
import org.vhostdp.tck.rule.Group;
import org.vhostdp.tck.rule.Need;
import org.vhostdp.tck.rule.Rule;
import org.vhostdp.tck.rule.RuleTest;
import org.vhostdp.tck.rule.Trial;

/** How failures are told. */
final class FaultRules {
  /** Beyond the range by a number that a message can be looked through for. */
  private static final int BEYOND = 7777;

  private static final int NO_SUCH_FLAG = 1 << 21;
  private static final int LEAST_WORDS = 4;

  private FaultRules() {}

  static List<Rule> rules() {
    return List.of(
        rule(
            "FAULT-1",
            "failures are sentences",
            "The message names the call or setting, the object (device, file, key) and, if the"
                + " kernel refused, errno's name. It is readable without a stack trace.",
            FaultRules::failuresAreSentences),
        rule(
            "FAULT-2",
            "a missing privilege is told and leaves nothing",
            "A missing privilege is refused as PERMISSION, with advice, and nothing stays open.",
            FaultRules::missingPrivilegeIsTold),
        rule(
            "FAULT-3",
            "a busy device is named",
            "A device that somebody else holds is refused as BUSY, by its name.",
            FaultRules::busyDeviceIsNamed),
        rule(
            "FAULT-4",
            "an absent device is named",
            "A device, interface or file that is not there is refused as NOT_FOUND, by its name.",
            FaultRules::absentDeviceIsNamed),
        rule(
            "FAULT-5",
            "a low limit of locked memory is told",
            "Where the process may lock too little memory, open or start makes do with it, or is"
                + " refused as RESOURCES, with advice, and nothing stays open.",
            LockedLimit::tooLowIsTold));
  }

  private static Rule rule(String id, String title, String sentence, RuleTest test) {
    return new Rule(id, title, "DriverException", sentence, Group.FAULTS, Need.NOTHING, test);
  }

  private static void failuresAreSentences(Trial trial) throws Exception {
    Wire wire = trial.wire(Harness.Request.plain());
    Port port = trial.open(wire);
    Capabilities can = port.capabilities();
    int mtu = can.maxMtu() + BEYOND;
    int pairs = can.maxQueuePairs() + BEYOND;
    configure(port, PortSettings.defaults().withMtu(mtu), "an MTU", mtu);
    configure(port, PortSettings.defaults().withQueuePairs(pairs), "queue pairs", pairs);
    Optional<ForeignMemory> memory = port.facet(ForeignMemory.class);
    if (memory.isPresent()) {
      MemorySegment region = Lent.allocate(1);
      requireSentence(
          failure(() -> memory.get().lend(region, NO_SUCH_FLAG)), "memory with an unknown flag");
    }
    for (Map<String, String> config : outside(trial, wire)) {
      requireSentence(
          failure(() -> trial.keep(opened(trial, config))), "the configuration " + config);
    }
    port.close();
    DriverException bare = bare(trial, wire);
    if (bare != null) {
      requireSentence(bare, "opening without privileges");
    }
  }

  /** Configurations that cannot be opened, as the wire offers them. */
  private static List<Map<String, String>> outside(Trial trial, Wire wire) throws Exception {
    List<Map<String, String>> configs = new ArrayList<>();
    if (wire.faults().isPresent()) {
      Faults faults = wire.faults().get();
      faults.absent().ifPresent(configs::add);
      faults.busy().ifPresent(configs::add);
    }
    trial.observe(configs.size() + " configurations that cannot be opened");
    return configs;
  }

  private static void configure(Port port, PortSettings settings, String what, int number) {
    DriverException e = failure(() -> port.configure(settings));
    requireSentence(e, what + " of " + number);
    require(
        e.getMessage().contains(Integer.toString(number)),
        "the refusal of %s of %d does not name the number: %s",
        what,
        number,
        e.getMessage());
  }

  /** What was thrown, which must be what the SPI says. */
  private static DriverException failure(Traces.Act act) {
    try {
      act.run();
    } catch (DriverException e) {
      return e;
    } catch (Exception e) {
      throw new Broken("a failure was told by %s, not by a DriverException".formatted(e));
    }
    throw new Broken("what cannot be done was done, so that nothing was told");
  }

  private static void requireSentence(DriverException e, String what) {
    String text = String.valueOf(e.getMessage());
    boolean sentence =
        text.endsWith(".")
            && text.split("\\s+").length >= LEAST_WORDS
            && !text.contains("Exception")
            && !text.contains("\n")
            && !text.matches(".*\\bnull\\b.*");
    require(sentence, "%s was refused, but this is no sentence: %s", what, text);
    for (Throwable cause = e.getCause(); cause != null; cause = cause.getCause()) {
      require(
          !(cause instanceof LinuxException linux) || text.contains(linux.errnoName()),
          "the kernel refused %s, but errno is not named: %s",
          what,
          text);
    }
  }

  private static Port opened(Trial trial, Map<String, String> config) throws Exception {
    return trial.driver().open(trial.config(config), trial.host());
  }

  /** How opening without any privilege failed, or null if it needs none. */
  private static DriverException bare(Trial trial, Wire wire) throws Exception {
    try (Port port = BareThread.without(() -> opened(trial, wire.config()))) {
      port.configure(PortSettings.defaults());
      return null;
    } catch (DriverException e) {
      return e;
    } catch (RuntimeException e) {
      throw new Broken("opening a port without privileges threw " + e);
    }
  }

  private static void missingPrivilegeIsTold(Trial trial) throws Exception {
    Wire wire = trial.wire(Harness.Request.plain());
    DriverException first = bare(trial, wire);
    if (first == null) {
      trial.observe("open needs no privilege");
      return;
    }
    trial.observe("without privileges: " + first.getMessage());
    require(
        first.reason() == Reason.PERMISSION,
        "a missing privilege was told as %s: %s",
        first.reason(),
        first.getMessage());
    require(
        !first.advice().isBlank(),
        "a missing privilege was told without advice: %s",
        first.getMessage());
    Traces.leftBy(4, "4 opens without privileges", () -> bare(trial, wire));
  }

  private static void busyDeviceIsNamed(Trial trial) throws Exception {
    Wire wire = trial.wire(Harness.Request.plain());
    Optional<Map<String, String>> busy =
        wire.faults().isEmpty() ? Optional.empty() : wire.faults().get().busy();
    requireTold(trial, busy, Reason.BUSY, "a device that somebody holds");
  }

  private static void absentDeviceIsNamed(Trial trial) throws Exception {
    Wire wire = trial.wire(Harness.Request.plain());
    requireTold(
        trial, wire.faults().flatMap(Faults::absent), Reason.NOT_FOUND, "a device that is absent");
  }

  private static void requireTold(
      Trial trial, Optional<Map<String, String>> config, Reason reason, String what)
      throws Exception {
    if (config.isEmpty()) {
      trial.notTried("the harness has no configuration of " + what);
      return;
    }
    DriverException e = failure(() -> trial.keep(opened(trial, config.get())));
    trial.observe(e.getMessage());
    require(e.reason() == reason, "%s was told as %s: %s", what, e.reason(), e.getMessage());
    require(
        config.get().values().stream().anyMatch(value -> e.getMessage().contains(value)),
        "%s of the configuration %s is not named: %s",
        what,
        config.get(),
        e.getMessage());
  }
}
