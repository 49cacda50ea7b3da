package org.vhostdp.driver.mdev;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;

/** The image's dataplane with one vhost-user port on a device. */
final class ImagePort implements AutoCloseable {
  static final Path COMMAND =
      Path.of("..", "..", "dist", "target", "vhost-dp", "bin", "vhost-dp").toAbsolutePath();

  private static final long LIMIT_NANOS = 60_000_000_000L;
  private static final int END_SECONDS = 20;

  private static final String CONFIG =
      """
      [driver.nic0]
      type = "mdev"
      pci = "%s"
      bind = true

      [netdev.vd0]
      driver = "nic0"
      socket = "%s"
      """;

  private final Process process;
  private final Path socket;
  private final Path log;

  private ImagePort(Process process, Path socket, Path log) {
    this.process = process;
    this.socket = socket;
    this.log = log;
  }

  /** Starts it, and waits until its socket is there. */
  static ImagePort start(Path folder, String address) throws Exception {
    Path socket = folder.resolve("vd0.sock");
    Path config = folder.resolve("vhost-dp.toml");
    Path log = folder.resolve("log");
    Files.writeString(config, CONFIG.formatted(address, socket));
    ProcessBuilder command =
        new ProcessBuilder(
                COMMAND.toString(),
                "run",
                "--config",
                "" + config,
                "--control",
                "" + folder.resolve("control"))
            .redirectErrorStream(true)
            .redirectOutput(log.toFile());
    command.environment().put("VHOSTDP_JAVA_OPTS", "-XX:TieredStopAtLevel=1");
    ImagePort port = new ImagePort(command.start(), socket, log);
    boolean listens = false;
    try {
      port.await(() -> Files.exists(socket), "it does not listen");
      listens = true;
      return port;
    } finally {
      if (!listens) {
        port.close();
      }
    }
  }

  private void await(BooleanSupplier condition, String otherwise) throws Exception {
    long end = System.nanoTime() + LIMIT_NANOS;
    while (!condition.getAsBoolean()) {
      ensureRunning();
      if (System.nanoTime() > end) {
        throw new IOException(otherwise + ": " + log());
      }
      Thread.sleep(20);
    }
  }

  /** Waits until it has said something since it started. */
  void awaitLog(String words) throws Exception {
    await(() -> GuestLab.read(log).contains(words), "it does not say \"" + words + "\"");
  }

  Path socket() {
    return socket;
  }

  /** What it said so far. */
  String log() throws IOException {
    return Files.readString(log);
  }

  void ensureRunning() throws IOException {
    if (!process.isAlive()) {
      throw new IOException("vhost-dp ended with " + process.exitValue() + ": " + log());
    }
  }

  @Override
  public void close() throws IOException {
    process.destroy();
    try {
      if (!process.waitFor(END_SECONDS, TimeUnit.SECONDS)) {
        process.destroyForcibly();
        throw new IOException("vhost-dp did not end: " + log());
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } finally {
      System.out.print(log());
    }
  }
}
