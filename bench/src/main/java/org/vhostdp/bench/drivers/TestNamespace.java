package org.vhostdp.bench.drivers;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.vhostdp.linux.Namespaces;

/**
 * A network namespace for devices under test. The kernel sends nothing there by itself (no IPv6),
 * and drops what it receives: no interface has an address.
 */
final class TestNamespace implements AutoCloseable {
  private static final int SECONDS = 20;
  private static final AtomicInteger NEXT = new AtomicInteger();

  /** Frames that an interface has received. */
  record Received(long nanos, long frames) {}

  private final String name =
      "vdpdrivers" + ProcessHandle.current().pid() + "." + NEXT.incrementAndGet();

  private TestNamespace() {}

  static TestNamespace create() throws IOException, InterruptedException {
    TestNamespace namespace = new TestNamespace();
    run("ip", "netns", "add", namespace.name);
    try {
      namespace.in(
          () -> {
            for (String which : List.of("all", "default")) {
              Path knob = Path.of("/proc/sys/net/ipv6/conf", which, "disable_ipv6");
              // A kernel without IPv6 is silent already.
              if (Files.exists(knob)) {
                Files.writeString(knob, "1");
              }
            }
            return namespace;
          });
      return namespace;
    } catch (IOException | InterruptedException e) {
      namespace.close();
      throw e;
    }
  }

  /** The file that stands for it. */
  Path path() {
    return Path.of("/run/netns", name);
  }

  /** Does work inside; a program started there stays there. */
  <T> T in(Callable<T> work) throws IOException, InterruptedException {
    try {
      return Namespaces.in(path(), work);
    } catch (IOException | InterruptedException | RuntimeException e) {
      throw e;
    } catch (Exception e) {
      throw new IOException(e.getMessage(), e);
    }
  }

  /** Runs a program in it, such as {@code ip link set NAME up}; returns what it printed. */
  String command(String line) throws IOException, InterruptedException {
    List<String> command = new ArrayList<>(List.of("ip", "netns", "exec", name));
    command.addAll(List.of(line.split(" ")));
    return run(command.toArray(String[]::new));
  }

  /** What an interface in it has received so far. */
  Received received(String device) throws IOException, InterruptedException {
    return in(
        () -> {
          // Of the thread's own namespace; /sys would show that of whoever mounted it.
          String text = Files.readString(Path.of("/proc/thread-self/net/dev"));
          return new Received(System.nanoTime(), received(text, device));
        });
  }

  /** The number of received frames of a device in the text of /proc/net/dev. */
  static long received(String text, String device) throws IOException {
    for (String line : text.lines().toList()) {
      int colon = line.indexOf(':');
      if (colon >= 0 && line.substring(0, colon).strip().equals(device)) {
        return Long.parseLong(line.substring(colon + 1).strip().split("\\s+")[1]);
      }
    }
    throw new IOException("There is no interface " + device + " in the test's namespace.");
  }

  private static String run(String... command) throws IOException, InterruptedException {
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    process.getOutputStream().close();
    String text = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    String line = String.join(" ", command);
    if (!process.waitFor(SECONDS, TimeUnit.SECONDS)) {
      process.destroyForcibly();
      throw new IOException("\"" + line + "\" took longer than " + SECONDS + " s.");
    }
    if (process.exitValue() != 0) {
      throw new IOException("\"" + line + "\" failed: " + text.strip());
    }
    return text;
  }

  @Override
  public void close() throws IOException {
    try {
      run("ip", "netns", "del", name);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException(
          "The network namespace " + name + " may be left: \"ip netns del " + name + "\".", e);
    }
  }
}
