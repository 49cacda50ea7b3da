package org.vhostdp.tck.rules;

import static org.vhostdp.tck.rule.Trial.require;

import java.util.List;
import org.vhostdp.spi.Capabilities;
import org.vhostdp.spi.DriverException;
import org.vhostdp.spi.Offload;
import org.vhostdp.spi.Port;
import org.vhostdp.spi.PortSettings;
import org.vhostdp.tck.harness.Harness;
import org.vhostdp.tck.harness.Wire;
import org.vhostdp.tck.rule.Broken;
import org.vhostdp.tck.rule.Frames;
import org.vhostdp.tck.rule.Group;
import org.vhostdp.tck.rule.Need;
import org.vhostdp.tck.rule.OpenPort;
import org.vhostdp.tck.rule.Rule;
import org.vhostdp.tck.rule.RuleTest;
import org.vhostdp.tck.rule.Trial;

/** Configuration of a driver, and settings of a port. */
final class ConfigRules {
  private static final byte[] EVERYBODY = {1, 0, 0x5e, 0, 0, 1};
  private static final byte[] STATION = {2, 0, 0, 0, 0, 7};

  /** An MTU that no other test asks for. */
  private static final int ODD_MTU = 577;

  private ConfigRules() {}

  static List<Rule> rules() {
    return List.of(
        rule(
            "CFG-1",
            "refused settings change nothing",
            "Port",
            "configure validates everything first: if it throws, nothing changed.",
            Need.NOTHING,
            ConfigRules::refusedSettingsChangeNothing),
        rule(
            "CFG-2",
            "live settings only while started",
            "Port",
            "While started, only the settings named by Capabilities.live() may differ; anything"
                + " else is refused with DriverException.Reason.UNSUPPORTED.",
            Need.NOTHING,
            ConfigRules::onlyLiveSettingsWhileStarted),
        rule(
            "CFG-3",
            "wrong keys are refused by name",
            "ConfigSchema",
            "An unknown, missing or malformed key is refused by name before Driver.open is called.",
            Need.NOTHING,
            SchemaTruth::wrongKeysAreRefusedByName),
        rule(
            "CFG-4",
            "the schema tells the truth",
            "ConfigSchema",
            "The schema tells the truth: what it accepts, open accepts in form.",
            Need.NOTHING,
            SchemaTruth::whatItAcceptsOpenAccepts),
        rule(
            "CFG-5",
            "secrets are redacted",
            "ConfigSchema",
            "A secret value appears in no message and no listing.",
            Need.NOTHING,
            Secrets::appearNowhere),
        rule(
            "CFG-6",
            "live offloads hold at once",
            "Port",
            "A live change of receive offloads holds for every frame received after it returns,"
                + " also for those that had arrived before; one that cannot be made to fit is"
                + " dropped and counted.",
            new Need(
                "live receive offloads with csum",
                port -> live(port, Capabilities.LIVE_OFFLOADS) && takesPartial(port)),
            LiveChange::offloadsHoldAtOnce),
        rule(
            "CFG-7",
            "inactive queue pairs stay silent",
            "Port",
            "Inactive queue pairs receive nothing new.",
            new Need(
                "live active queue pairs",
                port ->
                    live(port, Capabilities.LIVE_QUEUES)
                        && port.capabilities().has(Capabilities.QUEUE_TOGGLE)
                        && port.capabilities().maxQueuePairs() > 2),
            LiveChange::inactivePairsReceiveNothing));
  }

  private static Rule rule(
      String id, String title, String type, String sentence, Need need, RuleTest test) {
    return new Rule(id, title, type, sentence, Group.CONFIGURATION, need, test);
  }

  private static boolean live(Port port, int bit) {
    return (port.capabilities().live() & bit) != 0;
  }

  private static boolean takesPartial(Port port) {
    return (port.capabilities().rxOffloads() & Offload.CSUM_PARTIAL) != 0;
  }

  private static void refusedSettingsChangeNothing(Trial trial) throws Exception {
    Wire wire = trial.wire(Harness.Request.plain());
    Port port = trial.open(wire);
    Capabilities can = port.capabilities();
    int mtu = Math.min(1500, can.maxMtu());
    PortSettings good = PortSettings.defaults().withMtu(mtu);
    port.configure(good);
    int other = Math.clamp(ODD_MTU, can.minMtu(), can.maxMtu());
    requireRefused(port, good.withMtu(other).withMac(EVERYBODY), "a group's MAC address");
    requireRefused(port, good.withQueuePairs(can.maxQueuePairs() + 1), "too many queue pairs");
    requireRefused(port, good.withRxOffloads(1 << 30), "an offload that is none");
    port.start();
    wire.started();
    OpenPort open = OpenPort.of(trial, wire, port);
    byte[] frame = Frames.numbered(1, mtu + 14);
    require(sent(open, frame), "refused settings took effect: the former MTU of %d is gone", mtu);
    require(
        Traffic.seen(trial, open, 1).size() == 1,
        "after refused settings the wire no longer sees a frame of the former MTU");
  }

  private static boolean sent(OpenPort port, byte[] frame) throws Exception {
    try {
      return port.transmit(0, frame);
    } catch (Broken e) {
      return false;
    }
  }

  private static void requireRefused(Port port, PortSettings settings, String what) {
    boolean refused = false;
    try {
      port.configure(settings);
    } catch (DriverException e) {
      refused = true;
    }
    require(refused, "configure took %s", what);
  }

  private static void onlyLiveSettingsWhileStarted(Trial trial) throws Exception {
    OpenPort open = trial.start();
    Port port = open.port();
    Capabilities can = port.capabilities();
    PortSettings base = PortSettings.defaults();
    int mtu = Math.clamp(1400, can.minMtu(), can.maxMtu());
    change(port, base, base.withMtu(mtu), Capabilities.LIVE_MTU, "MTU");
    change(port, base, base.withMac(STATION), Capabilities.LIVE_MAC, "MAC address");
    if (takesPartial(port)) {
      PortSettings partial = base.withRxOffloads(Offload.CSUM_PARTIAL);
      change(port, base, partial, Capabilities.LIVE_OFFLOADS, "set of receive offloads");
    }
    if (can.maxQueuePairs() > 1) {
      change(port, base, base.withQueuePairs(2), 0, "number of queue pairs");
    }
    Traffic.exchange(trial, open, 1, "after settings that were changed live or refused");
  }

  /** A change and its opposite; refused, and with the right reason, unless its bit is declared. */
  private static void change(
      Port port, PortSettings from, PortSettings to, int bit, String setting) {
    boolean declared = live(port, bit);
    try {
      port.configure(to);
      port.configure(from);
      require(declared, "a started port took another %s, which it does not declare", setting);
    } catch (DriverException e) {
      require(!declared, "a started port declares a live %s but refused: %s", setting, e);
      require(
          e.reason() == DriverException.Reason.UNSUPPORTED,
          "another %s was refused with the reason %s while started",
          setting,
          e.reason());
    }
  }
}
