package org.vhostdp.cli;

import java.io.PrintWriter;
import java.util.List;
import java.util.concurrent.Callable;
import org.vhostdp.attest.json.Json;
import org.vhostdp.cli.config.ConfigRefused;
import org.vhostdp.cli.text.Table;
import org.vhostdp.store.DriverDescriptor;
import org.vhostdp.store.DriverStore;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** {@code vhost-dp driver list}: checks files, loads nothing. */
@Command(
    name = "list",
    description = {
      "List every version of every driver, refused ones too: which is active, who vouches for it."
          + " Files and certificates are checked, nothing is loaded.",
      ""
    },
    footerHeading = "%nExamples:%n",
    footer = {
      "  vhost-dp driver list",
      "  vhost-dp driver list --json",
      "",
      "Exit codes: 0 done, also if drivers are refused; 2 wrong options."
    })
final class DriverListCommand implements Callable<Integer> {
  @Mixin private DriverOptions options;
  @Mixin private CommonOptions common;
  @Spec private CommandSpec spec;

  /** For picocli. */
  DriverListCommand() {}

  @Override
  public Integer call() throws CommandFailed, ConfigRefused {
    PrintWriter out = spec.commandLine().getOut();
    DriverStore store = options.open();
    List<DriverFinding> findings =
        store.entries().stream().map(entry -> DriverFinding.of(store, entry, null)).toList();
    if (options.json()) {
      out.println(Json.pretty(findings.stream().map(DriverFinding::json).toList()));
      return Exit.OK;
    }
    Table table =
        new Table(
            "DRIVER", "VERSION", "ACTIVE", "TRUST", "CERTIFICATE", "SPI", "SUMMARY", "FOLDER");
    for (DriverFinding finding : findings) {
      DriverDescriptor d = finding.entry().descriptor();
      if (d != null) {
        table.row(
            d.id(),
            d.version(),
            finding.active(),
            finding.trust(),
            finding.certificate(),
            d.spi(),
            d.summary(),
            d.folder());
      }
    }
    table.lines().forEach(out::println);
    findings.stream()
        .filter(finding -> !finding.ok())
        .forEach(finding -> out.println("Refused: " + finding.refusal()));
    return Exit.OK;
  }
}
