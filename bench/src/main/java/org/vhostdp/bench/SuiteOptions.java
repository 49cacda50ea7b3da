package org.vhostdp.bench;

import java.io.IOException;
import java.nio.file.Path;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.vhostdp.bench.report.Charts;
import org.vhostdp.bench.report.TextTable;
import org.vhostdp.bench.result.Machine;
import org.vhostdp.bench.result.Metric;
import org.vhostdp.bench.result.Result;
import org.vhostdp.bench.result.ResultFile;
import org.vhostdp.bench.result.Row;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;
import picocli.CommandLine.Spec.Target;

/** The options that all suites share, and what becomes of a result. */
public final class SuiteOptions {
  private final String date =
      ZonedDateTime.now()
          .truncatedTo(ChronoUnit.SECONDS)
          .format(DateTimeFormatter.ISO_OFFSET_DATE_TIME);

  @Option(names = "--quick", description = "Fewer cells and windows: a first impression.")
  boolean quick;

  @Option(
      names = "--rounds",
      paramLabel = "N",
      description = "Windows of each side in each cell (the suite's own number).")
  Integer rounds;

  @Option(
      names = "--json",
      paramLabel = "FILE",
      description = "Write every window to a file, and charts (SVG) beside it.")
  Path json;

  @Spec(Target.MIXEE)
  CommandSpec suite;

  /** For picocli. */
  public SuiteOptions() {}

  public boolean quick() {
    return quick;
  }

  /** Rounds asked for, else those of the suite. */
  public int rounds(int quickly, int fully) {
    return rounds != null ? rounds : quick ? quickly : fully;
  }

  /** A line of progress. */
  public void progress(String format, Object... arguments) {
    System.err.println(String.format(format, arguments));
  }

  /** Puts a result together: the suite's name, the command as given, date, revision, machine. */
  public Result result(
      String title,
      Map<String, String> settings,
      String subject,
      List<Metric> metrics,
      List<Row> rows,
      List<String> notes)
      throws IOException, InterruptedException {
    return new Result(
        Result.SCHEMA,
        suite.name(),
        title,
        "bench/run "
            + String.join(
                " ",
                suite.commandLine().getParseResult().originalArgs().isEmpty()
                    ? List.of(suite.name())
                    : root(suite)),
        date,
        commit(),
        Machine.here(),
        settings,
        subject,
        metrics,
        rows,
        notes);
  }

  private static List<String> root(CommandSpec suite) {
    return suite.root().commandLine().getParseResult().originalArgs();
  }

  /** Prints a result; with --json also writes it, with its charts. */
  public void publish(Result result) throws IOException {
    System.out.println(TextTable.of(result));
    if (json != null) {
      ResultFile.write(json, result);
      System.err.println("written: " + json);
      for (Path chart : Charts.writeBeside(json, result)) {
        System.err.println("written: " + chart);
      }
    }
  }

  private static String commit() throws IOException, InterruptedException {
    String head = git("rev-parse", "--short=10", "HEAD");
    boolean changed = !git("status", "--porcelain", "--untracked-files=no").isEmpty();
    return head.isEmpty() ? "" : changed ? head + "+" : head;
  }

  private static String git(String... arguments) throws IOException, InterruptedException {
    String[] command = new String[arguments.length + 1];
    command[0] = "git";
    System.arraycopy(arguments, 0, command, 1, arguments.length);
    try {
      Process process =
          new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.DISCARD).start();
      String text = new String(process.getInputStream().readAllBytes()).strip();
      return process.waitFor(10, TimeUnit.SECONDS) && process.exitValue() == 0 ? text : "";
    } catch (IOException e) {
      // A source tree without git, or a machine without it: the revision stays unknown.
      return "";
    }
  }
}
