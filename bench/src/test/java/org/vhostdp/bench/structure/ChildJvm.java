package org.vhostdp.bench.structure;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * A JVM that runs a main class of this package with the image's own flags and tells what C2 did.
 * One C2 thread, and C2 alone prints: its trees are not mixed with other lines.
 *
 * @param exit its exit status
 * @param compiler lines of C2: -XX:+PrintCompilation and -XX:+PrintInlining
 * @param traps lines of -Xlog:deoptimization=debug, the clock's milliseconds in front
 * @param said lines of the main class
 */
record ChildJvm(int exit, List<String> compiler, List<String> traps, List<String> said) {
  private static final long SECONDS = 240;

  /** From this module's folder, where Maven runs its tests. */
  private static final Path FLAGS = Path.of("../dist/src/main/image/jvm.options");

  /** The parts of one round are compile units of their own, as the IO thread's turns are. */
  private static final String DIRECTIVES =
      """
      [{
        match: ["org/vhostdp/*.*"],
        inline: ["-org/vhostdp/bench/structure/PrivateQueue.*"],
        c2: { PrintInlining: true, PrintCompilation: true }
      }]
      """;

  /**
   * How it ended, and what C2 did last: a method far too large overflows the stack of C2 itself.
   */
  String ending() {
    return "the child JVM ended with status %d, saying %s; C2's last line was: %s"
        .formatted(exit, said, compiler.isEmpty() ? "none" : compiler.getLast().strip());
  }

  /** Runs it to its end. */
  static ChildJvm run(Class<?> main, List<String> arguments)
      throws IOException, InterruptedException {
    Path folder = Files.createTempDirectory("structure");
    try {
      Files.writeString(folder.resolve("directives"), DIRECTIVES);
      List<String> command = command(folder);
      command.add(main.getName());
      command.addAll(arguments);
      return run(command, folder);
    } finally {
      try (Stream<Path> files = Files.walk(folder)) {
        files.sorted(Comparator.reverseOrder()).map(Path::toFile).forEach(File::delete);
      }
    }
  }

  private static List<String> command(Path folder) throws IOException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    for (String line : Files.readAllLines(FLAGS)) {
      // There, modules are given the right to call native code; here everything is on the class
      // path.
      if (line.startsWith("-") && !line.startsWith("--enable-native-access")) {
        command.add(line);
      }
    }
    command.add("--enable-native-access=ALL-UNNAMED");
    command.add("-XX:+UnlockDiagnosticVMOptions");
    command.add("-XX:CICompilerCount=2");
    // A method waits for its code. What C2 has seen by then is a matter of its counters; otherwise
    // it would be one of how long a busy machine lets the compilers wait.
    command.add("-XX:-BackgroundCompilation");
    command.add("-XX:CompilerDirectivesFile=" + folder.resolve("directives"));
    command.add("-XX:ErrorFile=" + folder.resolve("crash"));
    command.add("-Xlog:deoptimization=debug:file=" + folder.resolve("traps") + ":timemillis");
    command.add("-cp");
    command.add(System.getProperty("java.class.path"));
    return command;
  }

  private static ChildJvm run(List<String> command, Path folder)
      throws IOException, InterruptedException {
    Path out = folder.resolve("out");
    Path err = folder.resolve("err");
    Process process =
        new ProcessBuilder(command)
            .redirectOutput(out.toFile())
            .redirectError(err.toFile())
            .start();
    try {
      if (!process.waitFor(SECONDS, TimeUnit.SECONDS)) {
        throw new AssertionError("the child JVM did not end within " + SECONDS + " s");
      }
    } finally {
      process.destroyForcibly().waitFor();
    }
    Path traps = folder.resolve("traps");
    return new ChildJvm(
        process.exitValue(),
        Files.readAllLines(out),
        Files.exists(traps) ? Files.readAllLines(traps) : List.of(),
        Files.readAllLines(err));
  }
}
