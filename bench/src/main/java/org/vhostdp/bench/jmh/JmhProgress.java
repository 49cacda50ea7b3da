package org.vhostdp.bench.jmh;

import java.util.Collection;
import org.openjdk.jmh.infra.BenchmarkParams;
import org.openjdk.jmh.infra.IterationParams;
import org.openjdk.jmh.results.BenchmarkResult;
import org.openjdk.jmh.results.IterationResult;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.runner.format.OutputFormat;
import org.vhostdp.bench.SuiteOptions;

/** One line for each benchmark that begins, and what JMH says about failures. */
final class JmhProgress implements OutputFormat {
  private final SuiteOptions options;
  private String last = "";

  JmhProgress(SuiteOptions options) {
    this.options = options;
  }

  @Override
  public void startBenchmark(BenchmarkParams benchmark) {
    String name = JmhRows.name(benchmark);
    if (!name.equals(last)) {
      options.progress("%s", name);
      last = name;
    }
  }

  /** JMH's own comments begin with a number sign. */
  @Override
  public void println(String text) {
    if (!text.isBlank() && !text.startsWith("#")) {
      options.progress("%s", text);
    }
  }

  @Override
  public void print(String text) {
    println(text);
  }

  @Override
  public void startRun() {}

  @Override
  public void iteration(BenchmarkParams benchmark, IterationParams window, int number) {}

  @Override
  public void iterationResult(
      BenchmarkParams benchmark, IterationParams window, int number, IterationResult result) {}

  @Override
  public void endBenchmark(BenchmarkResult result) {}

  @Override
  public void endRun(Collection<RunResult> results) {}

  @Override
  public void verbosePrintln(String text) {}

  /** A fork's own output: the benchmarks print nothing, so it is an error of the machine. */
  @Override
  public void write(int octet) {
    System.err.write(octet);
  }

  @Override
  public void write(byte[] bytes) {
    System.err.writeBytes(bytes);
  }

  @Override
  public void flush() {
    System.err.flush();
  }

  @Override
  public void close() {
    flush();
  }
}
