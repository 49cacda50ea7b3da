package org.vhostdp.cli.tck;

import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.vhostdp.attest.Difference;
import org.vhostdp.attest.Printable;
import org.vhostdp.attest.Refused;
import org.vhostdp.attest.json.Json;
import org.vhostdp.cli.CommonOptions;
import org.vhostdp.cli.Exit;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code vhost-dp tck diff}. */
@Command(
    name = "diff",
    description = {
      "Show in what two results differ: verdict, kit, driver, files, capabilities, rules and"
          + " mutants. Machines, seeds, times and figures are not compared, signatures not"
          + " verified.",
      ""
    },
    footerHeading = "%nExamples:%n",
    footer = {
      "  vhost-dp tck diff report-1 report-2",
      "  vhost-dp tck diff report/result.json target/store/toy --json",
      "",
      "Exit codes: 0 the same, 1 they differ or one cannot be read, 2 wrong options."
    })
final class TckDiffCommand implements Callable<Integer> {
  @Parameters(index = "0", paramLabel = "A", description = Evidence.FORMS + ".")
  private Path before;

  @Parameters(index = "1", paramLabel = "B", description = "The same forms.")
  private Path after;

  @Option(names = "--json", description = "Show the differences as JSON.")
  private boolean json;

  @Mixin private CommonOptions common;
  @Spec private CommandSpec spec;

  /** For picocli. */
  TckDiffCommand() {}

  @Override
  public Integer call() throws Refused {
    List<Difference> all =
        Difference.between(Evidence.read(before).result(), Evidence.read(after).result());
    PrintWriter out = spec.commandLine().getOut();
    if (json) {
      out.println(Json.pretty(all.stream().map(TckDiffCommand::json).toList()));
    } else if (all.isEmpty()) {
      out.println("Both say the same.");
    } else {
      all.forEach(each -> print(out, each));
    }
    return all.isEmpty() ? Exit.OK : Exit.FAILED;
  }

  private static Map<String, Object> json(Difference difference) {
    Map<String, Object> out = new LinkedHashMap<>();
    out.put("kind", difference.kind());
    out.put("name", difference.name());
    out.put("before", difference.before());
    out.put("after", difference.after());
    return out;
  }

  private static void print(PrintWriter out, Difference difference) {
    out.println(difference.kind() + " " + Printable.of(difference.name()));
    line(out, "  - ", difference.before());
    line(out, "  + ", difference.after());
  }

  private static void line(PrintWriter out, String mark, String value) {
    if (!value.isEmpty()) {
      out.println(mark + Printable.of(value));
    }
  }
}
