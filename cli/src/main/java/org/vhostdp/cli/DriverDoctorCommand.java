package org.vhostdp.cli;

import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import org.vhostdp.attest.json.Json;
import org.vhostdp.cli.config.ConfigRefused;
import org.vhostdp.spi.Driver;
import org.vhostdp.spi.Probe;
import org.vhostdp.store.DriverRefused;
import org.vhostdp.store.DriverStore;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code vhost-dp driver doctor}: loads and probes, opens nothing. */
@Command(
    name = "doctor",
    description = {
      "Check every version of every driver, load the active ones and ask whether they can run"
          + " here; say why not, and what to do.",
      ""
    },
    footerHeading = "%nExamples:%n",
    footer = {
      "  vhost-dp driver doctor",
      "  vhost-dp driver doctor tap",
      "",
      "Exit codes: 0 all is well, 1 something is wrong, 2 wrong options."
    })
final class DriverDoctorCommand implements Callable<Integer> {
  /** One finding. */
  private record Finding(String driver, boolean ok, String sentence) {
    Map<String, Object> json() {
      Map<String, Object> out = new LinkedHashMap<>();
      out.put("driver", driver);
      out.put("ok", ok);
      out.put("finding", sentence);
      return out;
    }
  }

  @Parameters(arity = "0..1", paramLabel = "ID", description = "Id of one driver (all).")
  private String id;

  @Mixin private DriverOptions options;
  @Mixin private CommonOptions common;
  @Spec private CommandSpec spec;

  /** For picocli. */
  DriverDoctorCommand() {}

  @Override
  public Integer call() throws CommandFailed, ConfigRefused {
    DriverStore store = options.open();
    List<Finding> findings = id != null ? List.of(examine(store, id)) : all(store);
    PrintWriter out = spec.commandLine().getOut();
    if (options.json()) {
      out.println(Json.pretty(findings.stream().map(Finding::json).toList()));
    } else {
      for (Finding finding : findings) {
        String mark = finding.ok() ? "ok     " : "WRONG  ";
        out.println(mark + finding.driver() + ": " + finding.sentence());
      }
    }
    return findings.stream().allMatch(Finding::ok) ? Exit.OK : Exit.FAILED;
  }

  private List<Finding> all(DriverStore store) {
    List<Finding> findings = new ArrayList<>();
    Set<String> examined = new HashSet<>();
    for (DriverStore.Entry entry : store.entries()) {
      if (entry.active()) {
        // Two folders of one id are one refusal.
        if (examined.add(entry.descriptor().id())) {
          findings.add(examine(store, entry.descriptor().id()));
        }
      } else {
        DriverFinding finding = DriverFinding.of(store, entry, null);
        String sentence = "Its files are right; it is not active.";
        findings.add(
            new Finding(finding.name(), finding.ok(), finding.ok() ? sentence : finding.refusal()));
      }
    }
    for (String sentence : options.installed().brokenLinks()) {
      findings.add(new Finding("store", false, sentence));
    }
    if (findings.isEmpty()) {
      findings.add(
          new Finding(
              "store",
              false,
              "No driver is installed in %s. Install one, or name a folder of drivers with --store."
                  .formatted(store.stores())));
    }
    return findings;
  }

  private static Finding examine(DriverStore store, String id) {
    try {
      Driver driver = store.load(id);
      Probe probe = store.probe(driver);
      String sentence =
          probe.isOk() && probe.reason().isEmpty()
              ? driver.info() + " can run here."
              : probe.isOk() ? probe.reason() : probe.toString();
      return new Finding(id, probe.isOk(), sentence);
    } catch (DriverRefused e) {
      return new Finding(id, false, e.getMessage());
    }
  }
}
