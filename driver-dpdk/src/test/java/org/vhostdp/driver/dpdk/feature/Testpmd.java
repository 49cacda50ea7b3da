package org.vhostdp.driver.dpdk.feature;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * A dpdk-testpmd at the far side: a process in a session of its own, with a hard time limit, that
 * gives every frame back to where it came from. It ends when its standard input is closed.
 */
final class Testpmd implements AutoCloseable {
  private static final Path PROGRAM = Path.of("/usr/bin/dpdk-testpmd");
  private static final int LIMIT_SECONDS = 240;

  private final Process process;
  private final List<String> said = new CopyOnWriteArrayList<>();
  private final Thread reader;

  private final Path runtime;

  private Testpmd(Process process, String prefix) {
    this.process = process;
    runtime = Path.of("/var/run/dpdk", prefix);
    reader = Thread.ofPlatform().daemon().start(this::read);
  }

  /** A test goes on if the program is there, or is skipped with the reason. */
  static void needed() {
    FeatureLab.needs(Files.isExecutable(PROGRAM), PROGRAM + " is not there (apt install dpdk)");
  }

  /**
   * Starts one and waits until its socket is there; what it prints comes when it ends.
   *
   * @param prefix a name for its files that no other process uses
   * @param vdev its device
   * @param socket what the device makes
   */
  static Testpmd start(String prefix, String vdev, Path socket) throws Exception {
    List<String> words = new ArrayList<>();
    words.addAll(List.of("setsid", "timeout", "-k", "1", "-s", "KILL", "" + LIMIT_SECONDS));
    words.addAll(List.of(PROGRAM.toString(), "--lcores", "0@0-1,1@0-1", "-m", "128", "--no-huge"));
    words.addAll(List.of("--no-pci", "--no-telemetry", "--file-prefix", prefix, "--vdev", vdev));
    words.addAll(List.of("--", "-i", "--auto-start", "--no-flush-rx", "--total-num-mbufs=4096"));
    Testpmd one = new Testpmd(new ProcessBuilder(words).redirectErrorStream(true).start(), prefix);
    if (FeatureLab.comes(() -> Files.exists(socket) || one.isOver()) && !one.isOver()) {
      return one;
    }
    one.close();
    throw new IOException("dpdk-testpmd did not make " + socket + ": " + one.said);
  }

  private void read() {
    InputStreamReader text =
        new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8);
    try (BufferedReader lines = new BufferedReader(text)) {
      String line;
      while ((line = lines.readLine()) != null) {
        said.add(line);
      }
    } catch (IOException e) {
      said.add(e.toString());
    }
  }

  private boolean isOver() {
    return !process.isAlive();
  }

  /** Ends it at once, as a crash would. */
  void kill() {
    // The time limit is the process's parent; both are of a session that nothing else is in.
    process.descendants().forEach(ProcessHandle::destroyForcibly);
    process.destroyForcibly().onExit().join();
    reader.interrupt();
  }

  @Override
  public void close() throws IOException {
    if (process.isAlive()) {
      process.getOutputStream().close();
    }
    try {
      process.onExit().get(30, TimeUnit.SECONDS);
    } catch (InterruptedException | ExecutionException | TimeoutException e) {
      said.add("killed: " + e);
      kill();
    }
    if (Files.isDirectory(runtime)) {
      FeatureLab.delete(runtime);
    }
  }
}
