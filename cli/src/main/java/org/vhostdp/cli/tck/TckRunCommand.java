package org.vhostdp.cli.tck;

import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.Callable;
import org.vhostdp.attest.TckResult;
import org.vhostdp.attest.json.Json;
import org.vhostdp.cli.CommandFailed;
import org.vhostdp.cli.CommonOptions;
import org.vhostdp.cli.Exit;
import org.vhostdp.cli.StopSignal;
import org.vhostdp.cli.log.StderrLoggers;
import org.vhostdp.tck.report.HtmlReport;
import org.vhostdp.tck.report.VerdictSentence;
import org.vhostdp.tck.run.HarnessPlan;
import org.vhostdp.tck.run.KitOptions;
import org.vhostdp.tck.run.KitRefused;
import org.vhostdp.tck.run.KitReport;
import org.vhostdp.tck.run.KitRun;
import org.vhostdp.tck.run.LineProgress;
import org.vhostdp.tck.run.Progress;
import org.vhostdp.tck.run.ReportFolder;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** {@code vhost-dp tck run}. */
@Command(
    name = "run",
    sortOptions = false,
    description = {
      "Try every rule of the SPI on a driver. Broken drivers on the same wire come first: a wire"
          + " that does not show their faults certifies nothing. A rule is skipped only if the"
          + " driver does not declare the ability that it is about.",
      ""
    },
    footerHeading = "%nExamples:%n",
    footer = {
      "  vhost-dp tck run --driver tap --report report",
      "  vhost-dp tck run --driver target/store/toy --wire veth --config ring=256",
      "  vhost-dp tck run --driver tap --only TX-3,ownership --repeat 20",
      "  vhost-dp tck run --driver tap --only TX-3@4711      the trial that a report names",
      "",
      "Exit codes: 0 pass, or nothing failed of what --only names; 1 fail; 2 wrong options."
    })
final class TckRunCommand implements Callable<Integer> {
  @Mixin private TckRunOptions options;
  @Mixin private CommonOptions common;
  @Spec private CommandSpec spec;

  /** For picocli. */
  TckRunCommand() {}

  @Override
  public Integer call() throws CommandFailed, InterruptedException {
    KitOptions kit = options.kit();
    HarnessPlan plan = options.plan();
    Path report = options.report();
    KitReport done;
    try (KitRun run = prepared(plan, kit);
        StopSignal _ = StopSignal.asInterrupt(run::abort)) {
      ReportFolder folder = report == null ? null : folder(report);
      done = run.run();
      if (folder != null) {
        folder.write(done.result());
      }
    } catch (KitRefused e) {
      throw new CommandFailed(Exit.FAILED, e.getMessage() + options.advice(), e);
    }
    print(spec.commandLine().getOut(), done);
    return done.failed() ? Exit.FAILED : Exit.OK;
  }

  private KitRun prepared(HarnessPlan plan, KitOptions kit) throws CommandFailed {
    Progress progress =
        StderrLoggers.quiet() ? Progress.SILENT : new LineProgress(spec.commandLine().getErr());
    try {
      return new KitRun(plan, kit, progress);
    } catch (KitRefused e) {
      throw new CommandFailed(Exit.USAGE, e.getMessage(), e);
    }
  }

  private static ReportFolder folder(Path path) throws CommandFailed {
    try {
      return new ReportFolder(path);
    } catch (KitRefused e) {
      throw new CommandFailed(Exit.USAGE, e.getMessage(), e);
    }
  }

  private void print(PrintWriter out, KitReport done) {
    TckResult result = done.result();
    if (options.json()) {
      Map<String, Object> whole = new LinkedHashMap<>();
      whole.put("verdict", done.verdict());
      whole.put("seed", done.seed());
      whole.put("reasons", result.verdict().reasons());
      whole.put("result", result.json());
      out.println(Json.pretty(whole));
      return;
    }
    if (done.partial()) {
      out.println(
          "%s %s: %s. Of %d rules %d were tried: %d passed, %d failed, %d skipped."
              .formatted(
                  result.driver().id(),
                  result.driver().version(),
                  done.verdict(),
                  result.kit().count(),
                  result.rules().size(),
                  done.count(TckResult.Status.PASS),
                  done.count(TckResult.Status.FAIL),
                  done.count(TckResult.Status.SKIP)));
    } else {
      out.println(VerdictSentence.of(result));
    }
    if (options.report() != null) {
      out.println("The report is " + options.report().resolve(HtmlReport.FILE));
    }
  }
}
