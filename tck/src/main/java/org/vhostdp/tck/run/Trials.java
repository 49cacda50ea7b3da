package org.vhostdp.tck.run;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.vhostdp.attest.json.Json;
import org.vhostdp.tck.mutant.Mutant;
import org.vhostdp.tck.rule.Outcome;
import org.vhostdp.tck.rule.Rule;

/**
 * Rules tried one after another in a process of their own, which is replaced when it dies, hangs,
 * or has seen a rule fail: what a broken trial leaves behind must not fail the next. One thread;
 * {@link #abort} from any.
 */
final class Trials implements AutoCloseable {
  /** A process says itself that its time is over; this long after, it is not believed any more. */
  private static final Duration GRACE = Duration.ofSeconds(10);

  private static final Duration START_LIMIT = Duration.ofSeconds(60);

  private final RuleBook book;
  private final HarnessPlan plan;
  private final KitOptions options;
  private final Path folder;
  private volatile Child child;
  private volatile boolean aborted;

  Trials(RuleBook book, HarnessPlan plan, KitOptions options) throws KitRefused {
    this.book = book;
    this.plan = plan;
    this.options = options;
    try {
      folder = Files.createTempDirectory("vhost-dp-tck-");
    } catch (IOException e) {
      throw new KitRefused("No temporary folder can be made: " + e.getMessage() + ".", e);
    }
  }

  /**
   * Asks what the driver says of itself.
   *
   * @throws KitRefused if the driver cannot be loaded, its wire not be made, or its port not opened
   */
  Survey survey() throws KitRefused, InterruptedException {
    Object answer = ask("survey", START_LIMIT.plus(options.ruleLimit()));
    return Survey.read(Json.at(answer, "survey"));
  }

  /** The figures of the performance note, each {@code {name, value, unit}}. */
  List<?> performance() throws KitRefused, InterruptedException {
    return Json.array(Json.at(ask("performance", START_LIMIT), "performance"));
  }

  private Object ask(String what, Duration limit) throws KitRefused, InterruptedException {
    Map<String, Object> request = new LinkedHashMap<>();
    request.put("do", what);
    request.put("limit", limit.toMillis());
    try {
      Object answer = running().ask(request, limit);
      if (Json.at(answer, "refused") != null) {
        throw new KitRefused(String.valueOf(Json.at(answer, "refused")));
      }
      return answer;
    } catch (Child.NoAnswer e) {
      String sentence =
          aborted
              ? "The run was broken off; nothing was written."
              : "The process that loads the driver " + e.getMessage();
      replace();
      throw new KitRefused(sentence, e);
    } catch (IOException e) {
      throw new KitRefused("No process can be started: " + e.getMessage() + ".", e);
    }
  }

  /**
   * Tries a rule; a crash and a hang are failures of it.
   *
   * @param mutant breaks the driver first, or null
   */
  Outcome attempt(Rule rule, long seed, Mutant mutant, Duration limit) throws InterruptedException {
    long begin = System.nanoTime();
    Map<String, Object> request = new LinkedHashMap<>();
    request.put("do", "rule");
    request.put("rule", rule.id());
    request.put("seed", seed);
    request.put("mutant", mutant == null ? null : mutant.name());
    request.put("limit", limit.toMillis());
    Outcome outcome;
    try {
      Object answer = running().ask(request, limit.plus(GRACE));
      outcome = outcome(answer, rule, seed, begin);
    } catch (Child.NoAnswer e) {
      String sentence = "The process that tried it " + e.getMessage();
      outcome = Outcomes.failed(rule, seed, sentence, System.nanoTime() - begin);
    } catch (IOException e) {
      String sentence = "No process can be started: " + e.getMessage() + ".";
      outcome = Outcomes.failed(rule, seed, sentence, System.nanoTime() - begin);
    }
    if (outcome.status() == Outcome.Status.FAIL) {
      replace();
    }
    return outcome;
  }

  private static Outcome outcome(Object answer, Rule rule, long seed, long begin) {
    Outcome outcome = Outcomes.read(Json.at(answer, "outcome"), rule, seed);
    if (outcome != null) {
      return outcome;
    }
    Object refused = Json.at(answer, "refused");
    String sentence =
        refused == null
            ? "The process that tried it answered with something else."
            : String.valueOf(refused);
    return Outcomes.failed(rule, seed, sentence, System.nanoTime() - begin);
  }

  /** The process, started if there is none. */
  private Child running() throws IOException, Child.NoAnswer, InterruptedException {
    if (aborted) {
      throw new IOException("the run was broken off");
    }
    Child now = child;
    if (now == null) {
      now = new Child(book, plan, options, folder);
      child = now;
      if (aborted) {
        now.kill();
      }
      now.ask(Map.of("do", "begin"), START_LIMIT);
    }
    return now;
  }

  /** Ends the process; the next trial begins in a new one. */
  void replace() {
    Child old = child;
    child = null;
    if (old != null) {
      old.close();
    }
  }

  /** Ends the process and starts no other. Any thread. */
  void abort() {
    aborted = true;
    Child now = child;
    if (now != null) {
      now.kill();
    }
  }

  boolean aborted() {
    return aborted;
  }

  @Override
  public void close() {
    replace();
    try (Stream<Path> files = Files.walk(folder)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.deleteIfExists(file);
      }
    } catch (IOException e) {
      System.getLogger(Trials.class.getName())
          .log(System.Logger.Level.WARNING, "{0} stays: {1}", folder, e.getMessage());
    }
  }
}
