package org.vhostdp.driver.afxdp.program;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import org.vhostdp.driver.afxdp.program.ProgramOptions.Mode;
import org.vhostdp.linux.Capability;
import org.vhostdp.linux.Fd;
import org.vhostdp.spi.DriverException;

/**
 * Another process that attaches to v0 and takes queues, until it is closed or killed. It starts in
 * the namespaces of the thread that starts it.
 */
final class OtherProcess implements AutoCloseable {
  private final Process process;
  private final BufferedReader output;
  private final String said;

  private OtherProcess(Process process) throws Exception {
    this.process = process;
    output =
        new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
    String line = output.readLine();
    while (line != null && !line.startsWith("got ") && !line.startsWith("refused ")) {
      line = output.readLine();
    }
    said = line == null ? "it ended" : line;
  }

  /** Starts it and waits for its answer; {@code before} is put before the java command. */
  static OtherProcess start(
      List<String> before, int index, Mode mode, String program, int queue, int... capabilities)
      throws Exception {
    List<String> command = new ArrayList<>(before);
    command.add(System.getProperty("java.home") + "/bin/java");
    command.addAll(List.of("-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-Xmx64m"));
    command.add("--enable-native-access=ALL-UNNAMED");
    command.addAll(List.of("-cp", classPath(), OtherProcess.class.getName()));
    command.addAll(List.of("" + index, mode.name(), program, "" + queue));
    for (int capability : capabilities) {
      command.add("" + capability);
    }
    return new OtherProcess(new ProcessBuilder(command).redirectErrorStream(true).start());
  }

  /** Works with modules and without: a test may run either way. */
  private static String classPath() {
    String path = System.getProperty("java.class.path");
    String modules = System.getProperty("jdk.module.path");
    return modules == null ? path : path + ":" + modules;
  }

  /** {@code got} and what was attached, or {@code refused} and why. */
  String said() {
    return said;
  }

  void kill() throws Exception {
    process.destroyForcibly();
    assertTrue(process.waitFor(60, TimeUnit.SECONDS));
  }

  /** Lets it close what it has, and waits. */
  @Override
  public void close() throws IOException {
    try {
      process.getOutputStream().close();
      assertTrue(process.waitFor(60, TimeUnit.SECONDS));
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
    } finally {
      process.destroyForcibly();
      output.close();
    }
  }

  /** index, mode, program, queue, and the capabilities to keep ("all" without any). */
  public static void main(String[] args) throws Exception {
    ProgramOptions options =
        XdpLab.options(Mode.valueOf(args[1].toUpperCase(Locale.ROOT)), args[2]);
    if (args.length > 4) {
      int[] kept = new int[args.length - 4];
      for (int i = 0; i < kept.length; i++) {
        kept[i] = Integer.parseInt(args[4 + i]);
      }
      Capability.keepOnly(kept);
    }
    try (Fd socket = XdpLab.socket();
        XdpProgram program = XdpProgram.attach(options, "v0", Integer.parseInt(args[0]))) {
      program.register(Integer.parseInt(args[3]), socket.raw());
      System.out.println("got " + program.describe());
      while (System.in.read() >= 0) {
        Thread.onSpinWait();
      }
    } catch (DriverException e) {
      System.out.println("refused " + e.reason() + " " + e.getMessage());
    }
  }
}
