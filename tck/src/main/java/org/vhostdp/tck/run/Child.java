package org.vhostdp.tck.run;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.vhostdp.attest.json.Json;
import org.vhostdp.attest.json.JsonRefused;

/**
 * One process of a run. It is asked a line of JSON at a time and answers each with one, on its
 * standard output behind a word that nobody else knows; whatever else it writes is kept for the
 * sentence about its end.
 */
final class Child implements AutoCloseable {
  /** How a wait for an answer ended without one. */
  static final class NoAnswer extends Exception {
    private static final long serialVersionUID = 1L;

    NoAnswer(String sentence) {
      super(sentence);
    }
  }

  private static final Object ENDED = new Object();
  private static final long SECONDS_TO_END = 10;
  private static final long SECONDS_TO_LEAVE = 2;

  private final Process process;
  private final OutputStream asks;
  private final String word = HexFormat.of().toHexDigits(new SecureRandom().nextLong());
  private final BlockingQueue<Object> answers = new LinkedBlockingQueue<>();
  private final Tail tail = new Tail();
  private final Thread errors;

  /**
   * Starts a process.
   *
   * @throws IOException if there is no Java to start
   */
  Child(RuleBook book, HarnessPlan plan, KitOptions options, Path folder) throws IOException {
    List<String> command = ChildCommand.of(book.main(), plan, folder);
    ProcessBuilder builder = new ProcessBuilder(command);
    // This process's options contain them already.
    builder.environment().remove("JDK_JAVA_OPTIONS");
    builder.environment().remove("JAVA_TOOL_OPTIONS");
    process = builder.start();
    asks = process.getOutputStream();
    errors = reader("errors", process.getErrorStream(), tail::add);
    reader("answers", process.getInputStream(), this::line)
        .setUncaughtExceptionHandler((thread, e) -> answers.add(ENDED));
    Map<String, Object> hello = new LinkedHashMap<>();
    hello.put("word", word);
    hello.put("harness", plan.json());
    hello.put("patience", options.patience().toMillis());
    say(hello);
  }

  private Thread reader(String name, InputStream in, Consumer<String> lines) {
    return Thread.ofPlatform()
        .daemon()
        .name("tck-" + name)
        .start(
            () -> {
              try (BufferedReader text =
                  new BufferedReader(new InputStreamReader(in, StandardCharsets.UTF_8))) {
                for (String line = text.readLine(); line != null; line = text.readLine()) {
                  lines.accept(line);
                }
              } catch (IOException e) {
                // The pipe was closed under the reader, by close().
                tail.add(String.valueOf(e.getMessage()));
              } finally {
                if (name.equals("answers")) {
                  answers.add(ENDED);
                }
              }
            });
  }

  /** A driver may write what it likes, without an end of line too. */
  private void line(String line) {
    int at = line.indexOf(word);
    tail.add(at < 0 ? line : line.substring(0, at));
    if (at >= 0) {
      try {
        answers.add(Json.read(line.substring(at + word.length())));
      } catch (JsonRefused e) {
        tail.add("an answer that is no JSON: " + e.getMessage());
      }
    }
  }

  private void say(Map<String, Object> request) {
    try {
      asks.write((Json.line(request) + "\n").getBytes(StandardCharsets.UTF_8));
      asks.flush();
    } catch (IOException e) {
      // It has ended; the wait for its answer says how.
      tail.add(String.valueOf(e.getMessage()));
    }
  }

  /**
   * Asks, and waits.
   *
   * @throws NoAnswer with the second half of a sentence: how the process ended, or that it did not
   */
  Object ask(Map<String, Object> request, Duration limit) throws NoAnswer, InterruptedException {
    say(request);
    Object answer = answers.poll(limit.toMillis(), TimeUnit.MILLISECONDS);
    if (answer == null) {
      throw new NoAnswer("did not answer within " + seconds(limit) + " s." + tail.sentence());
    }
    if (answer == ENDED) {
      answers.add(ENDED);
      throw new NoAnswer(end());
    }
    return answer;
  }

  private String end() throws InterruptedException {
    if (!process.waitFor(SECONDS_TO_END, TimeUnit.SECONDS)) {
      return "closed its standard output." + tail.sentence();
    }
    errors.join(Duration.ofSeconds(1));
    return "ended with " + ExitWords.of(process.exitValue()) + "." + tail.sentence();
  }

  static String seconds(Duration limit) {
    long millis = limit.toMillis();
    return millis % 1000 == 0 ? Long.toString(millis / 1000) : Double.toString(millis / 1000.0);
  }

  /** Lets it end by itself for a moment, then ends it and all that it started. */
  @Override
  public void close() {
    List<ProcessHandle> started = Session.started(process);
    try {
      asks.close();
      process.waitFor(SECONDS_TO_LEAVE, TimeUnit.SECONDS);
    } catch (IOException e) {
      tail.add(String.valueOf(e.getMessage()));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    Session.end(process, started);
  }

  /** Ends it and all that it started, now. */
  void kill() {
    Session.end(process, Session.started(process));
  }
}
