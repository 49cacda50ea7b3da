package org.vhostdp.cli;

import java.io.PrintWriter;
import java.util.List;
import java.util.concurrent.Callable;
import org.vhostdp.attest.Refused;
import org.vhostdp.attest.TrustLevel;
import org.vhostdp.attest.json.Json;
import org.vhostdp.cli.config.ConfigRefused;
import org.vhostdp.store.DriverRefused;
import org.vhostdp.store.DriverRequest;
import org.vhostdp.store.DriverStore;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code vhost-dp driver verify}: reads every file, loads nothing. */
@Command(
    name = "verify",
    description = {
      "Check drivers as before loading them: SPI, every file, modules, certificate, trust,"
          + " revocation, shared libraries. Nothing is loaded.",
      ""
    },
    footerHeading = "%nExamples:%n",
    footer = {
      "  vhost-dp driver verify",
      "  vhost-dp driver verify tap --level vendor",
      "",
      "Exit codes: 0 all is right, 1 something is refused, 2 wrong options."
    })
final class DriverVerifyCommand implements Callable<Integer> {
  @Parameters(
      arity = "0..1",
      paramLabel = "ID",
      description = "Id of one driver (every version of all).")
  private String id;

  @Option(
      names = "--level",
      paramLabel = "LEVEL",
      description = "The least level: none, self, vendor or project (the configuration's).")
  private String level;

  @Mixin private DriverOptions options;
  @Mixin private CommonOptions common;
  @Spec private CommandSpec spec;

  /** For picocli. */
  DriverVerifyCommand() {}

  @Override
  public Integer call() throws CommandFailed, ConfigRefused, DriverRefused {
    TrustLevel required = required();
    DriverStore store = options.open();
    List<DriverStore.Entry> entries =
        id == null ? store.entries() : List.of(store.entry(DriverRequest.of(id)));
    List<DriverFinding> findings =
        entries.stream().map(entry -> DriverFinding.of(store, entry, required)).toList();
    PrintWriter out = spec.commandLine().getOut();
    if (options.json()) {
      out.println(Json.pretty(findings.stream().map(DriverFinding::json).toList()));
    } else {
      findings.forEach(finding -> print(out, finding));
    }
    return findings.stream().allMatch(DriverFinding::ok) ? Exit.OK : Exit.FAILED;
  }

  private static void print(PrintWriter out, DriverFinding finding) {
    if (finding.ok()) {
      out.println(
          "ok     %s: trust %s, certificate: %s."
              .formatted(finding.name(), finding.trust(), finding.certificate()));
      finding.verified().warnings().forEach(sentence -> out.println("       " + sentence));
    } else {
      out.println("WRONG  " + finding.name() + ": " + finding.refusal());
    }
  }

  private TrustLevel required() throws CommandFailed {
    if (level == null) {
      return null;
    }
    try {
      return TrustLevel.parse(level);
    } catch (Refused e) {
      throw new CommandFailed(Exit.USAGE, "--level: " + e.getMessage(), e);
    }
  }
}
