package org.vhostdp.bench.jmh;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.regex.Pattern;
import org.openjdk.jmh.profile.GCProfiler;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.runner.NoBenchmarksException;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.Options;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.TimeValue;
import org.vhostdp.bench.SuiteOptions;
import org.vhostdp.bench.result.Row;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** The suite {@code jmh}. */
@Command(
    name = "jmh",
    mixinStandardHelpOptions = true,
    description = {
      "The parts of the hot path one by one, under JMH: time and allocated bytes for each frame.",
      "Fails if a part allocates. The full run takes about five minutes, --quick one."
    })
public final class JmhCommand implements Callable<Integer> {
  /** As an instance runs; the last because JMH uses what JDK 25 warns of. */
  private static final String[] JVM = {
    "--enable-native-access=ALL-UNNAMED",
    "-XX:+UseSerialGC",
    "-Xms64m",
    "-Xmx256m",
    "--sun-misc-unsafe-memory-access=allow"
  };

  private static final TimeValue LIMIT = TimeValue.minutes(2);

  /** Windows before those that count: the compiler is done after about a second. */
  private static final int WARM_UP = 7;

  @Mixin SuiteOptions options;

  @Spec CommandSpec suite;

  @Option(
      names = "--include",
      paramLabel = "REGEX",
      description = "Only benchmarks whose name matches, such as Checksum.")
  Pattern include = Pattern.compile("");

  /** For picocli. */
  JmhCommand() {}

  @Override
  public Integer call() throws IOException, InterruptedException {
    int windows = options.rounds(3, 5);
    int millis = options.quick() ? 200 : 500;
    int forks = options.quick() ? 1 : 2;
    List<Row> rows = new ArrayList<>();
    for (RunResult result : run(windows, millis, forks)) {
      rows.add(JmhRows.of(result));
    }
    options.publish(
        options.result(
            "Parts of the hot path",
            settings(windows, millis, forks),
            "",
            JmhRows.METRICS,
            rows,
            List.of(
                "One thread; the data fits a cache of the second or third level, and what surrounds"
                    + " a part in an instance is missing.",
                "Allocated: 16 KiB of each window are left out, for what JMH itself allocates.")));
    List<String> allocating = JmhRows.allocating(rows);
    allocating.forEach(
        name ->
            System.err.println(
                "bench: \"" + name + "\" allocates on the hot path, which it must not"));
    return allocating.isEmpty() ? 0 : 1;
  }

  private Collection<RunResult> run(int windows, int millis, int forks) throws IOException {
    TimeValue window = TimeValue.milliseconds(millis);
    Options jmh =
        new OptionsBuilder()
            .include(
                "^\\Q"
                    + JmhCommand.class.getPackageName()
                    + "\\E\\..*(?:"
                    + include.pattern()
                    + ")")
            .addProfiler(GCProfiler.class)
            .forks(forks)
            .warmupIterations(WARM_UP)
            .warmupTime(window)
            .measurementIterations(windows)
            .measurementTime(window)
            .timeout(LIMIT)
            .shouldFailOnError(true)
            .jvmArgs(JVM)
            .build();
    try {
      return new Runner(jmh, new JmhProgress(options)).run();
    } catch (NoBenchmarksException e) {
      throw new ParameterException(
          suite.commandLine(), "No benchmark's name matches --include " + include + ".", e);
    } catch (RunnerException e) {
      throw new IOException("JMH stopped: " + e.getMessage(), e);
    }
  }

  private static Map<String, String> settings(int windows, int millis, int forks) {
    Map<String, String> settings = new LinkedHashMap<>();
    settings.put("windows", windows + " of " + millis + " ms");
    settings.put("virtual machines", forks + " for each row, " + String.join(" ", JVM));
    return settings;
  }
}
