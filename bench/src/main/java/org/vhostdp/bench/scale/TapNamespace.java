package org.vhostdp.bench.scale;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** A network namespace for TAP interfaces, silent: the kernel sends nothing into them by itself. */
public final class TapNamespace implements AutoCloseable {
  private static final int SECONDS = 20;

  private final String name = "vdpbench" + ProcessHandle.current().pid();
  private final Thread hook = new Thread(this::delete, "namespace");

  private TapNamespace() {}

  /**
   * Makes one.
   *
   * @throws IOException with the reason where that is not allowed
   */
  public static TapNamespace open() throws IOException, InterruptedException {
    TapNamespace namespace = new TapNamespace();
    ip(List.of("netns", "add", namespace.name));
    // An interrupted run must leave nothing behind either.
    Runtime.getRuntime().addShutdownHook(namespace.hook);
    try {
      for (String which : List.of("all", "default")) {
        ip(
            List.of(
                "netns",
                "exec",
                namespace.name,
                "sysctl",
                "-q",
                "-w",
                "net.ipv6.conf." + which + ".disable_ipv6=1"));
      }
      return namespace;
    } catch (IOException | InterruptedException e) {
      namespace.close();
      throw e;
    }
  }

  /** The lines of a driver's section that make a TAP in it. */
  public String driver(int pairs) {
    return "type = \"tap\"\nnetns = \"/run/netns/%s\"\nqueues = %d\n".formatted(name, pairs);
  }

  private static void ip(List<String> arguments) throws IOException, InterruptedException {
    List<String> command = new ArrayList<>(List.of("ip"));
    command.addAll(arguments);
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    process.getOutputStream().close();
    String text = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    if (!process.waitFor(SECONDS, TimeUnit.SECONDS)) {
      process.destroyForcibly();
      throw new IOException(String.join(" ", command) + " took longer than " + SECONDS + " s.");
    }
    if (process.exitValue() != 0) {
      throw new IOException(String.join(" ", command) + ": " + text.strip());
    }
  }

  private void delete() {
    try {
      ip(List.of("netns", "del", name));
    } catch (IOException e) {
      System.err.println("bench: the network namespace " + name + " is left: " + e.getMessage());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  @Override
  public void close() {
    delete();
    try {
      Runtime.getRuntime().removeShutdownHook(hook);
    } catch (IllegalStateException e) {
      // The JVM is on its way out: the hook finds nothing, or has come first.
      return;
    }
  }
}
