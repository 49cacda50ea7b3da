package org.vhostdp.bench.result;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;

/**
 * Where a result comes from.
 *
 * @param cpu the processor's name, as the kernel gives it
 * @param cores online
 * @param memoryBytes of the whole machine
 * @param hypervisor {@code true} if the processor says it runs under one
 * @param kernel release
 * @param jdk vendor and version
 * @param dpdk version of testpmd, or empty if there is none
 */
public record Machine(
    String cpu,
    int cores,
    long memoryBytes,
    boolean hypervisor,
    String kernel,
    String jdk,
    String dpdk) {
  /** This machine. */
  public static Machine here() throws IOException {
    String info = Files.readString(Path.of("/proc/cpuinfo"));
    return new Machine(
        field(info, "model name"),
        Runtime.getRuntime().availableProcessors(),
        Long.parseLong(field(Files.readString(Path.of("/proc/meminfo")), "MemTotal").split(" ")[0])
            * 1024,
        field(info, "flags").contains(" hypervisor"),
        System.getProperty("os.version"),
        System.getProperty("java.vendor") + " " + Runtime.version(),
        dpdkVersion());
  }

  private static String field(String text, String name) {
    return text.lines()
        .filter(line -> line.startsWith(name))
        .map(line -> line.substring(line.indexOf(':') + 1).strip())
        .findFirst()
        .orElse("unknown");
  }

  private static String dpdkVersion() {
    try {
      Process process =
          new ProcessBuilder("dpkg-query", "-W", "-f", "${Version}", "dpdk")
              .redirectError(ProcessBuilder.Redirect.DISCARD)
              .start();
      String version = new String(process.getInputStream().readAllBytes());
      return process.waitFor(5, TimeUnit.SECONDS) && process.exitValue() == 0 ? version : "";
    } catch (IOException e) {
      return "";
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return "";
    }
  }

  /** One line for people. */
  @Override
  public String toString() {
    return "%d %scores of %s, %d GiB; Linux %s; %s%s"
        .formatted(
            cores,
            hypervisor ? "virtual " : "",
            cpu,
            Math.round(memoryBytes / (double) (1 << 30)),
            kernel,
            jdk,
            dpdk.isEmpty() ? "" : "; DPDK " + dpdk);
  }
}
