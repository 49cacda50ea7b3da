package org.vhostdp.driver.mdev;

import java.io.BufferedReader;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.vhostdp.spi.Port;
import org.vhostdp.spi.PortSettings;

/** A port in a process of its own, which is killed while the port is started. */
final class KilledPort {
  private static final String STARTED = "started";

  private KilledPort() {}

  /** Returns true once the process is dead. */
  static boolean openAndKill(Map<String, String> config) throws Exception {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin/java").toString());
    command.addAll(List.of("--enable-native-access=ALL-UNNAMED", "-XX:+UseSerialGC"));
    command.addAll(List.of("-XX:TieredStopAtLevel=1", "-Xshare:auto"));
    command.addAll(List.of("-cp", System.getProperty("java.class.path")));
    command.add(KilledPort.class.getName());
    config.forEach((key, value) -> command.add(key + "=" + value));
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    try (BufferedReader said = process.inputReader()) {
      StringBuilder all = new StringBuilder();
      String line = said.readLine();
      while (line != null && !line.equals(STARTED)) {
        all.append(line).append(' ');
        line = said.readLine();
      }
      if (line == null) {
        throw new IllegalStateException("the port was not started: " + all);
      }
    } finally {
      process.destroyForcibly();
    }
    return process.waitFor(10, TimeUnit.SECONDS);
  }

  /** Opens and starts the port that the arguments configure, and waits to be killed. */
  public static void main(String[] arguments) throws Exception {
    Map<String, String> config = new HashMap<>();
    for (String argument : arguments) {
      int at = argument.indexOf('=');
      config.put(argument.substring(0, at), argument.substring(at + 1));
    }
    try (Port port = MdevLab.open(config)) {
      port.configure(PortSettings.defaults());
      port.start();
      System.out.println(STARTED);
      Thread.sleep(60_000);
    }
  }
}
