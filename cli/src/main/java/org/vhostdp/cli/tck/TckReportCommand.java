package org.vhostdp.cli.tck;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.vhostdp.attest.Printable;
import org.vhostdp.attest.Refused;
import org.vhostdp.attest.TckResult;
import org.vhostdp.attest.Verdict;
import org.vhostdp.attest.json.Json;
import org.vhostdp.cli.CommandFailed;
import org.vhostdp.cli.CommonOptions;
import org.vhostdp.cli.Exit;
import org.vhostdp.cli.text.Table;
import org.vhostdp.tck.report.HtmlReport;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code vhost-dp tck report}: a result in words. */
@Command(
    name = "report",
    description = {
      "Show a result in words: the verdict as it follows from the rules, what failed, what was"
          + " skipped and why; or as a page for the browser. Signatures are not verified: that does"
          + " tck verify.",
      ""
    },
    footerHeading = "%nExamples:%n",
    footer = {
      "  vhost-dp tck report report",
      "  vhost-dp tck report target/store/toy --all",
      "  vhost-dp tck report toy.dsse.json --json",
      "  vhost-dp tck report toy.dsse.json --html toy.html",
      "",
      "Exit codes: 0 the verdict is pass, 1 it is fail or cannot be read, 2 wrong options."
    })
final class TckReportCommand implements Callable<Integer> {
  @Parameters(paramLabel = "RESULT", description = Evidence.FORMS + ".")
  private Path source;

  @Option(names = "--all", description = "Show the rules that passed, too.")
  private boolean all;

  @Option(names = "--json", description = "Show the result as JSON, as result.json has it.")
  private boolean json;

  @Option(
      names = "--html",
      paramLabel = "FILE",
      description = "Write it as one page that needs no network, too.")
  private Path html;

  @Mixin private CommonOptions common;
  @Spec private CommandSpec spec;

  /** For picocli. */
  TckReportCommand() {}

  @Override
  public Integer call() throws CommandFailed, Refused {
    TckResult result = Evidence.read(source).result();
    Verdict verdict = result.verdict();
    if (html != null) {
      write(HtmlReport.of(result));
    }
    PrintWriter out = spec.commandLine().getOut();
    if (json) {
      Map<String, Object> whole = new LinkedHashMap<>();
      whole.put("verdict", word(verdict.passed()));
      whole.put("reasons", verdict.reasons());
      whole.put("result", result.json());
      out.println(Json.pretty(whole));
    } else {
      print(out, result, verdict);
    }
    return verdict.passed() && result.passed() ? Exit.OK : Exit.FAILED;
  }

  private void write(String page) throws CommandFailed {
    try {
      Files.writeString(html, page);
    } catch (IOException e) {
      throw new CommandFailed(
          Exit.FAILED,
          "The page %s cannot be written: %s. Name a file in a folder that exists and is yours."
              .formatted(Printable.of(html), e.getClass().getSimpleName()),
          e);
    }
  }

  private static String word(boolean passed) {
    return passed ? "pass" : "fail";
  }

  private void print(PrintWriter out, TckResult result, Verdict verdict) {
    TckResult.Driver driver = result.driver();
    out.println("driver   %s %s".formatted(driver.id(), driver.version()));
    out.println("verdict  " + word(verdict.passed()));
    if (verdict.passed() != result.passed()) {
      out.println("         It states %s, which is not so.".formatted(word(result.passed())));
    }
    verdict.reasons().forEach(reason -> out.println("         " + Printable.of(reason)));
    out.println("rules    " + counts(result));
    long killed = result.mutants().stream().filter(TckResult.MutantResult::killed).count();
    out.println("mutants  %d of %d caught".formatted(killed, result.mutants().size()));
    out.println("kit      %s, SPI %s".formatted(result.kit().version(), result.spi()));
    out.println("harness  " + Printable.of(result.harness().describe()));
    out.println(
        "machine  Linux %s, %s, Java %s"
            .formatted(
                result.machine().kernel(),
                result.machine().architecture(),
                result.machine().jdk()));
    List<TckResult.RuleResult> shown =
        result.rules().stream()
            .filter(rule -> all || rule.status() != TckResult.Status.PASS)
            .toList();
    if (!shown.isEmpty()) {
      out.println();
      Table table = new Table("RULE", "STATUS", "TITLE", "WHY");
      for (TckResult.RuleResult rule : shown) {
        table.row(
            rule.id(),
            rule.status().word(),
            Printable.of(rule.title()),
            Printable.of(rule.sentence()));
      }
      table.lines().forEach(out::println);
    }
  }

  private static String counts(TckResult result) {
    long passed = count(result, TckResult.Status.PASS);
    long failed = count(result, TckResult.Status.FAIL);
    long skipped = count(result, TckResult.Status.SKIP);
    return "%d passed, %d failed, %d skipped".formatted(passed, failed, skipped);
  }

  private static long count(TckResult result, TckResult.Status status) {
    return result.rules().stream().filter(rule -> rule.status() == status).count();
  }
}
