package org.vhostdp.tck.rules;

import static org.vhostdp.tck.rule.Trial.require;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.vhostdp.spi.DriverException;
import org.vhostdp.spi.Port;
import org.vhostdp.spi.PortConfig;
import org.vhostdp.tck.harness.Faults;
import org.vhostdp.tck.harness.Harness;
import org.vhostdp.tck.harness.Wire;
import org.vhostdp.tck.rule.Trial;

/** Opens that fail: a device that is absent, busy, or the port's own, which is open already. */
final class FailedOpen {
  private FailedOpen() {}

  static void releasesEverything(Trial trial) throws Exception {
    Wire wire = trial.wire(Harness.Request.plain());
    trial.open(wire);
    boolean tried = false;
    for (Map<String, String> values : candidates(wire)) {
      PortConfig config = trial.config(values);
      if (fails(trial, config)) {
        Traces.leftBy(10, "10 failed opens", () -> fails(trial, config));
        tried = true;
      }
    }
    require(
        tried,
        "no open could be made to fail: the harness's Faults name no absent and no busy device");
  }

  private static List<Map<String, String>> candidates(Wire wire) throws Exception {
    List<Map<String, String>> candidates = new ArrayList<>();
    Optional<Faults> faults = wire.faults();
    if (faults.isPresent()) {
      faults.get().absent().ifPresent(candidates::add);
      faults.get().busy().ifPresent(candidates::add);
    }
    candidates.add(wire.config());
    return candidates;
  }

  private static boolean fails(Trial trial, PortConfig config) {
    try (Port port = trial.driver().open(config, trial.host())) {
      return port == null;
    } catch (DriverException e) {
      return true;
    }
  }
}
