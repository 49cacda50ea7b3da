package org.vhostdp.bench.host;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/** A running {@code vhost-dp run}, as operators start it, asked through its control socket. */
public final class Instance implements AutoCloseable {
  private static final int SECONDS = 20;
  private static final byte[] STATUS =
      "{\"command\":\"status\"}\n".getBytes(StandardCharsets.UTF_8);

  private final Child child;
  private final Path control;

  private Instance(Child child, Path control) {
    this.child = child;
    this.control = control;
  }

  /** The image's launcher: of the folder in VHOSTDP_BENCH_IMAGE, else of this source tree. */
  public static Path launcher() {
    String image = System.getenv("VHOSTDP_BENCH_IMAGE");
    return Path.of(image == null ? "dist/target/vhost-dp" : image, "bin", "vhost-dp");
  }

  /**
   * Starts one and waits until it answers on its control socket.
   *
   * @param cpu core of its IO thread; the JVM's own threads may use all
   * @param arguments of {@code vhost-dp run}, without {@code --io-cpus} and {@code --control}
   */
  public static Instance start(int cpu, Workspace workspace, List<String> arguments)
      throws IOException, InterruptedException {
    return start(launcher(), cpu, workspace, arguments, Map.of());
  }

  /** The same from another image, or with other variables in its environment. */
  public static Instance start(
      Path launcher,
      int cpu,
      Workspace workspace,
      List<String> arguments,
      Map<String, String> environment)
      throws IOException, InterruptedException {
    Path control = workspace.fresh(".control");
    List<String> command = new ArrayList<>(List.of(launcher.toString(), "run"));
    command.addAll(List.of("--io-cpus", "" + cpu, "--control", control.toString()));
    command.addAll(arguments);
    Child child = Child.start("vhost-dp", command, environment);
    Instance instance = new Instance(child, control);
    try {
      instance.awaitControl();
      return instance;
    } catch (IOException | InterruptedException e) {
      instance.close();
      throw e;
    }
  }

  private void awaitControl() throws IOException, InterruptedException {
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(SECONDS);
    while (true) {
      try {
        status();
        return;
      } catch (IOException e) {
        // Not there, or not listening yet.
        if (!child.alive() || System.nanoTime() > deadline) {
          throw child.failed("did not start");
        }
        Thread.sleep(20);
      }
    }
  }

  /** The answer to the command status. */
  public JsonObject status() throws IOException {
    ByteArrayOutputStream answer = new ByteArrayOutputStream();
    try (SocketChannel channel = SocketChannel.open(StandardProtocolFamily.UNIX)) {
      channel.connect(UnixDomainSocketAddress.of(control));
      channel.write(ByteBuffer.wrap(STATUS));
      ByteBuffer chunk = ByteBuffer.allocate(64 * 1024);
      while (channel.read(chunk) >= 0) {
        answer.write(chunk.array(), 0, chunk.position());
        if (chunk.position() > 0 && chunk.get(chunk.position() - 1) == '\n') {
          break;
        }
        chunk.clear();
      }
    }
    return JsonParser.parseString(answer.toString(StandardCharsets.UTF_8))
        .getAsJsonObject()
        .getAsJsonObject("status");
  }

  /** Time of the IO threads' turns that moved something, nanoseconds since start. */
  public static long busyNanos(JsonObject status) {
    long sum = 0;
    for (var thread : status.getAsJsonArray("io_threads")) {
      sum += thread.getAsJsonObject().get("busy_ns").getAsLong();
    }
    return sum;
  }

  /** Frames of all ports in both directions since start. */
  public static long frames(JsonObject status) {
    long sum = 0;
    for (var port : status.getAsJsonArray("ports")) {
      for (String direction : List.of("rx", "tx")) {
        sum += port.getAsJsonObject().getAsJsonObject(direction).get("frames").getAsLong();
      }
    }
    return sum;
  }

  /** Bursts those came in. */
  public static long bursts(JsonObject status) {
    long sum = 0;
    for (var port : status.getAsJsonArray("ports")) {
      for (var ring : port.getAsJsonObject().getAsJsonArray("rings")) {
        sum += ring.getAsJsonObject().get("bursts").getAsLong();
      }
    }
    return sum;
  }

  /** Gives the virtual machine a diagnostic command, as the JDK's jcmd does. */
  public void diagnose(String... command) throws IOException, InterruptedException {
    ProcessHandle java =
        ProcessHandle.of(pid()).stream()
            .flatMap(root -> Stream.concat(Stream.of(root), root.descendants()))
            .filter(each -> each.info().command().orElse("").endsWith("/java"))
            .findFirst()
            .orElseThrow(() -> new IOException("vhost-dp has no Java process."));
    List<String> words = new ArrayList<>();
    words.add(Path.of(System.getProperty("java.home"), "bin", "jcmd").toString());
    words.add(Long.toString(java.pid()));
    words.addAll(List.of(command));
    Process jcmd = new ProcessBuilder(words).redirectErrorStream(true).start();
    String said = new String(jcmd.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    if (!jcmd.waitFor(SECONDS, TimeUnit.SECONDS) || jcmd.exitValue() != 0) {
      jcmd.destroyForcibly();
      throw new IOException("jcmd " + command[0] + " failed: " + said.strip());
    }
  }

  /**
   * Stops all its threads, until {@link #resume}: one whose driver can only be polled never sleeps,
   * and would take its core from whoever else is measured there.
   */
  public void pause() throws IOException, InterruptedException {
    child.signal("STOP");
  }

  /** Ends a {@link #pause}. */
  public void resume() throws IOException, InterruptedException {
    child.signal("CONT");
  }

  public long pid() {
    return child.pid();
  }

  public String output() {
    return child.output();
  }

  @Override
  public void close() {
    child.close();
  }
}
