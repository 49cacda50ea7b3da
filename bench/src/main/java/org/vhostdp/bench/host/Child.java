package org.vhostdp.bench.host;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * A program under measurement: its output is kept, its life is bounded, and it ends with this
 * object. Its standard output and error are one stream.
 */
public final class Child implements AutoCloseable {
  /** Beyond this, whatever the suite forgot ends by itself. */
  private static final String MOST_SECONDS = "1800";

  private static final int MOST_OUTPUT = 4 << 20;

  private final String name;
  private final Process process;
  private final StringBuilder output = new StringBuilder();
  private final Thread reader;

  private Child(String name, Process process) {
    this.name = name;
    this.process = process;
    this.reader = Thread.ofVirtual().name(name + " output").start(this::read);
  }

  /** Starts a program. */
  public static Child start(String name, List<String> command, Map<String, String> environment)
      throws IOException {
    List<String> bounded = new ArrayList<>(List.of("timeout", "-k", "2", MOST_SECONDS));
    bounded.addAll(command);
    ProcessBuilder builder = new ProcessBuilder(bounded).redirectErrorStream(true);
    builder.environment().putAll(environment);
    Child child = new Child(name, builder.start());
    AtExit.add(child);
    return child;
  }

  private void read() {
    byte[] chunk = new byte[8192];
    try (InputStream in = process.getInputStream()) {
      for (int n = in.read(chunk); n >= 0; n = in.read(chunk)) {
        synchronized (output) {
          output.append(new String(chunk, 0, n, StandardCharsets.UTF_8));
          if (output.length() > MOST_OUTPUT) {
            output.delete(0, output.length() / 2);
          }
          output.notifyAll();
        }
      }
    } catch (IOException e) {
      synchronized (output) {
        output.append("\n(output ended: ").append(e.getMessage()).append(")\n");
      }
    }
    synchronized (output) {
      output.notifyAll();
    }
  }

  /** Everything it has printed. */
  public String output() {
    synchronized (output) {
      return output.toString();
    }
  }

  /** The process of the program itself, below the one that bounds its life. */
  public long pid() {
    return process.toHandle().children().findFirst().map(ProcessHandle::pid).orElse(process.pid());
  }

  public boolean alive() {
    return process.isAlive();
  }

  /** Writes a line to its standard input. */
  public void say(String line) throws IOException {
    OutputStream in = process.getOutputStream();
    in.write((line + "\n").getBytes(StandardCharsets.UTF_8));
    in.flush();
  }

  /**
   * Sends the program a signal.
   *
   * @param name without SIG, such as STOP
   */
  void signal(String name) throws IOException, InterruptedException {
    Process kill = new ProcessBuilder("sh", "-c", "kill -" + name + " " + pid()).start();
    if (!kill.waitFor(5, TimeUnit.SECONDS) || kill.exitValue() != 0) {
      throw failed("could not be sent SIG" + name);
    }
  }

  /** Forgets what it has printed up to now. */
  void forget() {
    synchronized (output) {
      output.setLength(0);
    }
  }

  /**
   * Waits until its output contains a text.
   *
   * @return the output so far
   * @throws IOException if it ends first or takes longer
   */
  public String await(String text, int seconds) throws IOException, InterruptedException {
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(seconds);
    synchronized (output) {
      while (output.indexOf(text) < 0) {
        long left = TimeUnit.NANOSECONDS.toMillis(deadline - System.nanoTime());
        if (left <= 0) {
          throw failed("did not print \"" + text + "\" within " + seconds + " s");
        }
        if (!reader.isAlive() && !process.isAlive()) {
          throw failed("ended before it printed \"" + text + "\"");
        }
        output.wait(Math.min(left, 200));
      }
      return output.toString();
    }
  }

  /** An exception that shows the end of what the program printed. */
  public IOException failed(String what) {
    String text = output();
    String tail = text.substring(Math.max(0, text.length() - 1500)).strip();
    return new IOException(
        name + " " + what + "." + (tail.isEmpty() ? "" : " It printed last:\n" + tail));
  }

  @Override
  public void close() {
    AtExit.remove(this);
    try {
      process.getOutputStream().close();
    } catch (IOException e) {
      // It has closed its input already, for it has ended.
    }
    process.destroy();
    boolean interrupted = false;
    try {
      if (!process.waitFor(5, TimeUnit.SECONDS)) {
        process.descendants().forEach(ProcessHandle::destroyForcibly);
        process.destroyForcibly();
        process.waitFor(5, TimeUnit.SECONDS);
      }
    } catch (InterruptedException e) {
      interrupted = true;
      process.descendants().forEach(ProcessHandle::destroyForcibly);
      process.destroyForcibly();
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }
}
