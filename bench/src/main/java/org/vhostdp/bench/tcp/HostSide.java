package org.vhostdp.bench.tcp;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.vhostdp.bench.host.Child;
import org.vhostdp.linux.Fd;
import org.vhostdp.linux.Namespaces;

/**
 * The host's end of the connection: a network namespace with nothing in it but the TAP, and
 * iperf3's server. The namespace vanishes with this object and what was started in it, at the
 * latest with this process.
 */
final class HostSide implements AutoCloseable {
  /** Reserved for documentation (RFC 5737). */
  static final String ADDRESS = "192.0.2.1";

  static final String GUEST_ADDRESS = "192.0.2.2";
  static final String PREFIX = "/24";
  static final String TAP = "tap0";

  private static final int SERVER_SECONDS = 10;

  /**
   * Bytes that the TAP has moved.
   *
   * @param toHost from the guest
   * @param toGuest from the host's network stack
   */
  record Traffic(long toHost, long toGuest) {
    long of(Direction direction) {
      return direction == Direction.TO_HOST ? toHost : toGuest;
    }
  }

  private final Fd namespace;
  private volatile Child server;

  private HostSide(Fd namespace) {
    this.namespace = namespace;
  }

  static HostSide create() throws IOException {
    return new HostSide(Namespaces.create());
  }

  /** The namespace's file, while this is open. */
  Path path() {
    return Path.of(
        "/proc", Long.toString(ProcessHandle.current().pid()), "fd", "" + namespace.raw());
  }

  /** Does something in the namespace; processes started there stay in it. */
  <T> T in(Callable<T> work) throws IOException, InterruptedException {
    try {
      return Namespaces.in(namespace, work);
    } catch (IOException | InterruptedException | RuntimeException e) {
      throw e;
    } catch (Exception e) {
      throw new IOException("Work in the network namespace failed: " + e.getMessage(), e);
    }
  }

  /** Gives the TAP its address, and starts iperf3's server on it. */
  void serve() throws IOException, InterruptedException {
    run("ip", "address", "replace", ADDRESS + PREFIX, "dev", TAP);
    run("ip", "link", "set", "dev", TAP, "up");
    List<String> words = inside("iperf3", "-s", "-B", ADDRESS, "--forceflush");
    server = Child.start("iperf3", words, Map.of());
    server.await("listening", SERVER_SECONDS);
  }

  private void run(String... words) throws IOException, InterruptedException {
    Process process = new ProcessBuilder(inside(words)).redirectErrorStream(true).start();
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    if (process.waitFor() != 0) {
      throw new IOException(String.join(" ", words) + " failed: " + output.strip());
    }
  }

  private List<String> inside(String... words) {
    List<String> all = new ArrayList<>(List.of("nsenter", "--net=" + path(), "--"));
    all.addAll(List.of(words));
    return all;
  }

  /** What the TAP has moved up to now. */
  Traffic traffic() throws IOException, InterruptedException {
    return parse(in(() -> Files.readString(Path.of("/proc/thread-self/net/dev"))), TAP);
  }

  /** Reads the lines of /proc/net/dev: a name, then eight numbers received and eight sent. */
  static Traffic parse(String lines, String name) throws IOException {
    for (String line : (Iterable<String>) lines.lines()::iterator) {
      String[] halves = line.strip().split(":\\s*", 2);
      if (halves.length == 2 && halves[0].equals(name)) {
        String[] numbers = halves[1].split("\\s+");
        return new Traffic(Long.parseLong(numbers[0]), Long.parseLong(numbers[8]));
      }
    }
    throw new IOException("The interface " + name + " is gone.");
  }

  @Override
  public void close() {
    if (server != null) {
      server.close();
    }
    namespace.close();
  }
}
