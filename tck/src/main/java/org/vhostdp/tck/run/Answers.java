package org.vhostdp.tck.run;

import java.io.BufferedReader;
import java.io.FileDescriptor;
import java.io.FileInputStream;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import org.vhostdp.attest.json.Json;
import org.vhostdp.attest.json.JsonRefused;
import org.vhostdp.tck.harness.Harness;
import org.vhostdp.tck.mutant.Mutant;
import org.vhostdp.tck.rule.Outcome;
import org.vhostdp.tck.rule.Rule;
import org.vhostdp.tck.rule.RuleRun;

/** The other side of {@link Child}: reads requests, tries rules on the main thread, answers. */
final class Answers {
  private final RuleBook book;
  private final PrintStream out;
  private final String word;
  private final HarnessPlan plan;
  private final KitOptions options;
  private final TimeLimit limit;
  private Harness harness;

  private Answers(RuleBook book, PrintStream out, Object hello) {
    this.book = book;
    this.out = out;
    word = String.valueOf(Json.at(hello, "word"));
    plan = HarnessPlan.read(Json.at(hello, "harness"));
    Duration patience = Duration.ofMillis(Json.number(Json.at(hello, "patience")));
    options = KitOptions.of(0).withPatience(patience);
    limit = new TimeLimit(Thread.currentThread());
  }

  /** Answers until standard input ends; then the process ends, whatever a driver does. */
  static void serve(RuleBook book) throws JsonRefused, InterruptedException {
    // The driver gets neither: it prints to standard error, and reads nothing.
    PrintStream out = new PrintStream(new FileOutputStream(FileDescriptor.out), true);
    System.setOut(System.err);
    System.setIn(InputStream.nullInputStream());
    BlockingQueue<String> requests = new LinkedBlockingQueue<>();
    Thread.ofPlatform().daemon().name("tck-requests").start(() -> read(requests));
    Answers answers = new Answers(book, out, Json.read(requests.take()));
    while (true) {
      answers.answer(Json.read(next(requests)));
    }
  }

  private static String next(BlockingQueue<String> requests) throws InterruptedException {
    while (true) {
      try {
        return requests.take();
      } catch (InterruptedException e) {
        // A rule, or a driver, left the interrupt behind; the next one must not see it.
        Thread.interrupted();
      }
    }
  }

  private static void read(BlockingQueue<String> requests) {
    try (BufferedReader in =
        new BufferedReader(
            new InputStreamReader(
                new FileInputStream(FileDescriptor.in), StandardCharsets.UTF_8))) {
      for (String line = in.readLine(); line != null; line = in.readLine()) {
        requests.add(line);
      }
    } catch (IOException e) {
      System.err.println("The kit cannot be heard any more: " + e.getMessage());
    }
    System.exit(0);
  }

  private synchronized void say(String what, Object value) {
    Map<String, Object> answer = new LinkedHashMap<>();
    answer.put(what, value);
    out.println(word + Json.line(answer));
  }

  private void answer(Object request) {
    if ("begin".equals(Json.at(request, "do"))) {
      say("begun", true);
      return;
    }
    Duration most = Duration.ofMillis(Json.number(Json.at(request, "limit")));
    try {
      if (harness == null) {
        harness = HarnessMaker.make(plan);
      }
    } catch (KitRefused e) {
      say("refused", e.getMessage());
      return;
    }
    switch (String.valueOf(Json.at(request, "do"))) {
      case "rule" -> rule(request, most);
      case "survey" -> survey();
      case "performance" -> say("performance", Rates.measure(harness, options.patience()));
      default -> say("refused", "The kit asked for something this process does not know.");
    }
  }

  private void survey() {
    try {
      say("survey", Survey.of(harness, book.rules(), 0, options).json());
    } catch (Exception | LinkageError e) {
      say("refused", "No port can be opened on the wire: " + reason(e));
    }
  }

  private void rule(Object request, Duration most) {
    Rule rule = book.rule(String.valueOf(Json.at(request, "rule")));
    Object name = Json.at(request, "mutant");
    Mutant mutant = name == null ? null : book.mutant(name.toString());
    if (rule == null || name != null && mutant == null) {
      say("refused", "The kit asked for a rule or a mutant that this process does not know.");
      return;
    }
    long seed = Json.number(Json.at(request, "seed"));
    Harness tried = mutant == null ? harness : new BrokenHarness(harness, mutant);
    long begin = System.nanoTime();
    limit.begin(
        most,
        where -> {
          String sentence = "It did not end within %s s%s.".formatted(Child.seconds(most), where);
          long nanos = System.nanoTime() - begin;
          say("outcome", Outcomes.json(Outcomes.failed(rule, seed, sentence, nanos)));
        });
    Outcome outcome = attempt(rule, tried, seed, begin);
    if (limit.end()) {
      say("outcome", Outcomes.json(outcome));
    }
  }

  /** Errors that no trial expects, such as a stack that overflows, fail the rule too. */
  private Outcome attempt(Rule rule, Harness tried, long seed, long begin) {
    try {
      return RuleRun.run(rule, tried, seed, options.patience());
    } catch (Throwable e) {
      long nanos = System.nanoTime() - begin;
      return Outcomes.failed(rule, seed, "Nobody expected " + e + ".", nanos);
    }
  }

  /** An exception in words; an exception without a message is named. */
  static String reason(Throwable e) {
    String message = e.getMessage();
    if (message == null || message.isBlank()) {
      return e.getClass().getName() + ".";
    }
    String text =
        message.indexOf(' ') > 0 ? message : e.getClass().getSimpleName() + ": " + message;
    return text.endsWith(".") ? text : text + ".";
  }
}
