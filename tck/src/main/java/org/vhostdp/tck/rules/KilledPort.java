package org.vhostdp.tck.rules;

import java.io.File;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.vhostdp.tck.harness.Wire;
import org.vhostdp.tck.rule.Broken;
import org.vhostdp.tck.rule.Trial;

/** A second Java that opens and starts a port, and is killed. */
final class KilledPort {
  private static final int SECONDS = 50;
  private static final List<String> NOT_INHERITED =
      List.of(
          "-agentlib:jdwp",
          "-Xrunjdwp",
          "-Xdebug",
          "-XX:AOTCacheOutput",
          "-XX:AOTMode",
          "-Djdk.module.main",
          "-Djava.class.path",
          "-Xlog",
          "-javaagent");

  private KilledPort() {}

  /** Returns when the wire's port was open in another process, and that process is gone. */
  static void hold(Trial trial, Wire wire) throws Exception {
    Path answer = Files.createTempFile("vhost-dp-held-", ".txt");
    Process process =
        new ProcessBuilder(command(trial, wire, answer))
            .redirectErrorStream(true)
            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
            .start();
    try {
      awaitStart(process, answer);
    } finally {
      process.destroyForcibly().waitFor(SECONDS, TimeUnit.SECONDS);
      Files.deleteIfExists(answer);
    }
    trial.observe("the process that held the port was killed");
  }

  private static void awaitStart(Process process, Path answer) throws Exception {
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(SECONDS);
    String said = "";
    while (!said.endsWith("\n")) {
      if (!process.isAlive() || System.nanoTime() > end) {
        throw new IllegalStateException(
            "The second Java that was to open the port "
                + (process.isAlive() ? "did not in time." : "ended before it had."));
      }
      Thread.sleep(10);
      said = Files.readString(answer);
    }
    if (!said.equals(HeldPort.STARTED)) {
      throw new Broken("a port could not be opened in a second process: " + said.strip());
    }
  }

  private static List<String> command(Trial trial, Wire wire, Path answer) throws IOException {
    List<String> words = new ArrayList<>();
    words.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    for (String option : ManagementFactory.getRuntimeMXBean().getInputArguments()) {
      if (NOT_INHERITED.stream().noneMatch(option::startsWith)) {
        words.add(option);
      }
    }
    String classPath = System.getProperty("java.class.path", "");
    if (!classPath.isEmpty()) {
      words.add("--class-path");
      words.add(absolute(classPath));
    }
    Module kit = KilledPort.class.getModule();
    Module driver = trial.driver().getClass().getModule();
    if (kit.isNamed()) {
      if (trial.harness().folder().isEmpty() && driver.isNamed()) {
        words.addAll(List.of("--add-modules", driver.getName()));
      }
      words.addAll(List.of("--module", kit.getName() + "/" + HeldPort.class.getName()));
    } else {
      words.add(HeldPort.class.getName());
    }
    words.add(answer.toString());
    words.add(trial.harness().folder().map(Path::toString).orElse(""));
    words.add(trial.driver().info().id());
    for (Map.Entry<String, String> key : wire.config().entrySet()) {
      // Descriptors of this process have another name over there.
      String self = "/proc/" + ProcessHandle.current().pid() + "/";
      words.add(key.getKey() + "=" + key.getValue().replace("/proc/self/", self));
    }
    return words;
  }

  private static String absolute(String path) {
    List<String> entries = new ArrayList<>();
    for (String entry : path.split(File.pathSeparator)) {
      entries.add(Path.of(entry).toAbsolutePath().toString());
    }
    return String.join(File.pathSeparator, entries);
  }
}
