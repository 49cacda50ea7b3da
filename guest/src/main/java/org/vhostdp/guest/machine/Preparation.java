package org.vhostdp.guest.machine;

import java.io.BufferedReader;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/** Scripts that fetch parts of the distribution and take a while. */
final class Preparation {
  private static final String LIMIT_SECONDS = "1800";

  private Preparation() {}

  /**
   * Runs a script in a session of its own.
   *
   * @param progress gets each line that it prints
   * @throws IOException if it fails; its last line says what to do
   */
  static void run(String what, String script, List<String> arguments, Consumer<String> progress)
      throws IOException, InterruptedException {
    List<String> command = new ArrayList<>();
    command.addAll(List.of("setsid", "timeout", "-k", "5", LIMIT_SECONDS));
    command.addAll(List.of("bash", "-c", script, "prepare"));
    command.addAll(arguments);
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    String last = "";
    try (BufferedReader lines = process.inputReader()) {
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        last = line;
        progress.accept(line);
      }
      process.waitFor();
    } finally {
      process.destroy();
    }
    if (process.exitValue() != 0) {
      throw new IOException(what + " could not be prepared. " + last);
    }
  }
}
