package org.vhostdp.bench.report;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** The command {@code report}: writes the performance page, measures nothing. */
@Command(
    name = "report",
    mixinStandardHelpOptions = true,
    description = {
      "Writes docs/performance.md, and the charts, from committed result files.",
      "A text preamble.md, and a text NAME.md for NAME.json, beside them go into the page."
    })
public final class ReportCommand implements Callable<Integer> {
  @Option(
      names = "--results",
      paramLabel = "DIR",
      description = "The folder of result files (${DEFAULT-VALUE}).")
  Path results = Path.of("bench/results");

  @Option(names = "--out", paramLabel = "FILE", description = "The page (${DEFAULT-VALUE}).")
  Path out = Path.of("docs/performance.md");

  @Option(
      names = "--check",
      description = "Write nothing; exit with 1 if the page or a chart is not up to date.")
  boolean check;

  @Spec CommandSpec spec;

  /** For picocli. */
  ReportCommand() {}

  @Override
  public Integer call() throws IOException {
    Map<Path, String> files = PerformancePage.of(results, out).files();
    return check ? check(files) : write(files);
  }

  private int write(Map<Path, String> files) throws IOException {
    for (Map.Entry<Path, String> file : files.entrySet()) {
      Files.createDirectories(file.getKey().toAbsolutePath().getParent());
      Files.writeString(file.getKey(), file.getValue());
      spec.commandLine().getErr().println("written: " + file.getKey());
    }
    return 0;
  }

  private int check(Map<Path, String> files) throws IOException {
    List<String> stale = new ArrayList<>();
    for (Map.Entry<Path, String> file : files.entrySet()) {
      if (!Files.exists(file.getKey())) {
        stale.add(file.getKey() + " is missing");
      } else if (!Files.readString(file.getKey()).equals(file.getValue())) {
        stale.add(file.getKey() + " differs");
      }
    }
    if (stale.isEmpty()) {
      return 0;
    }
    spec.commandLine()
        .getErr()
        .printf(
            "Not what the result files in %s give: %s. Run bench/run report and commit what it"
                + " writes.%n",
            results, String.join(", ", stale));
    return 1;
  }
}
