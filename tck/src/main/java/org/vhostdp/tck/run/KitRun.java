package org.vhostdp.tck.run;

import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.vhostdp.attest.TckResult;
import org.vhostdp.tck.mutant.Mutant;
import org.vhostdp.tck.rule.Group;
import org.vhostdp.tck.rule.Need;
import org.vhostdp.tck.rule.Outcome;
import org.vhostdp.tck.rule.Rule;

/**
 * One run of the kit against one driver: broken drivers first, then every group of rules in a
 * process of its own, then a note on speed. One thread runs it; {@link #abort} from any.
 */
public final class KitRun implements AutoCloseable {
  private final RuleBook book;
  private final HarnessPlan plan;
  private final KitOptions options;
  private final Selection selection;
  private final Progress progress;
  private final Trials trials;
  private Survey survey;

  /**
   * Prepares a run.
   *
   * @throws KitRefused naming the first rule or group of the options that does not exist
   */
  public KitRun(HarnessPlan plan, KitOptions options, Progress progress) throws KitRefused {
    this(GroupMain.book(), plan, options, progress);
  }

  KitRun(RuleBook book, HarnessPlan plan, KitOptions options, Progress progress) throws KitRefused {
    this.book = book;
    this.plan = plan;
    this.options = options;
    this.progress = progress;
    selection = new Selection(options.only(), book.rules());
    trials = new Trials(book, plan, options);
  }

  /**
   * Runs.
   *
   * @return what came of it; a driver that fails is no exception
   * @throws KitRefused if the driver cannot be loaded, its wire not be made, or its port not be
   *     opened, or if the run was broken off
   */
  public KitReport run() throws KitRefused, InterruptedException {
    Instant began = now();
    Facts facts = new Facts(book, plan, began);
    survey();
    progress.begins(survey.id() + " " + survey.version(), survey.wire(), seed(), selection.size());
    for (Mutant mutant : book.mutants()) {
      TckResult.MutantResult result = attempt(mutant);
      facts.add(result);
      progress.mutant(result);
    }
    for (Map.Entry<Group, List<Rule>> group : selection.groups().entrySet()) {
      progress.group(group.getKey(), group.getValue().size());
      group(group.getValue(), facts);
    }
    if (!selection.partial()) {
      trials.replace();
      facts.performance(trials.performance());
    }
    refuseIfAborted();
    return new KitReport(facts.result(survey, now()), selection.partial(), seed());
  }

  /** The rules that this run tries, by group. */
  public Map<Group, List<Rule>> rules() {
    return selection.groups();
  }

  /** The broken drivers that a run begins with. */
  public List<Mutant> mutants() {
    return book.mutants();
  }

  /** The run's seed. */
  public long seed() {
    return options.seed();
  }

  /** How long the rules of one group may take together. */
  public Duration groupLimit() {
    return options.groupLimit();
  }

  /** Opens the driver once and learns what it declares. */
  private void survey() throws KitRefused, InterruptedException {
    if (survey == null) {
      survey = trials.survey();
    }
  }

  /**
   * Tries a broken driver.
   *
   * @throws KitRefused as {@link #run}
   */
  public TckResult.MutantResult attempt(Mutant mutant) throws KitRefused, InterruptedException {
    survey();
    Rule rule = book.rule(mutant.rule());
    long seed = Seeds.of(seed(), mutant.name(), 0);
    Outcome outcome = trials.attempt(rule, seed, mutant, options.ruleLimit());
    refuseIfAborted();
    // Any other failure would come from something else than the fault, and prove nothing.
    boolean seen =
        outcome.status() == Outcome.Status.FAIL && outcome.sentence().contains(mutant.says());
    String sentence = survey.hide(outcome.sentence());
    return new TckResult.MutantResult(
        mutant.name(), mutant.rule(), seen, seen ? sentence : unseen(mutant, outcome, sentence));
  }

  private static String unseen(Mutant mutant, Outcome outcome, String sentence) {
    return "The wire's far end did not notice a driver that %s: rule %s ended with %s%s. What it cannot see it cannot certify."
        .formatted(
            mutant.name(),
            mutant.rule(),
            outcome.status(),
            sentence.isEmpty() ? "" : " (" + sentence + ")");
  }

  private void group(List<Rule> rules, Facts facts) throws KitRefused, InterruptedException {
    trials.replace();
    long end = System.nanoTime() + options.groupLimit().toNanos();
    int n = 0;
    for (Rule rule : rules) {
      Duration left = Duration.ofNanos(Math.max(0, end - System.nanoTime()));
      Outcome outcome = attempt(rule, left);
      facts.add(rule, outcome);
      progress.rule(rule, outcome, ++n, rules.size());
    }
  }

  private Outcome tooLate(Rule rule) {
    String sentence =
        "There was no time left to try it: its group has %s s."
            .formatted(Child.seconds(options.groupLimit()));
    return Outcomes.failed(rule, selection.seed(rule, seed(), 0), sentence, 0);
  }

  /** Begins a new process, for another group of rules. */
  public void nextGroup() {
    trials.replace();
  }

  /**
   * Tries a rule, as often as the options say, until it fails.
   *
   * @param most how long all of it may take
   * @throws KitRefused as {@link #run}
   */
  public Outcome attempt(Rule rule, Duration most) throws KitRefused, InterruptedException {
    survey();
    long end = System.nanoTime() + most.toNanos();
    Outcome outcome = null;
    for (int turn = 0; turn < options.repeat(); turn++) {
      Duration left = Duration.ofNanos(end - System.nanoTime());
      if (left.toMillis() <= 0) {
        return tooLate(rule);
      }
      Duration limit = left.compareTo(options.ruleLimit()) < 0 ? left : options.ruleLimit();
      long seed = selection.seed(rule, seed(), turn);
      outcome = legal(rule, trials.attempt(rule, seed, null, limit));
      refuseIfAborted();
      if (outcome.status() != Outcome.Status.PASS) {
        break;
      }
    }
    return outcome;
  }

  /** A skip that is not legal is a failure; secrets are taken out of what was said. */
  private Outcome legal(Rule rule, Outcome outcome) {
    Outcome.Status status = outcome.status();
    String sentence = survey.hide(outcome.sentence());
    if (status == Outcome.Status.SKIP && rule.need() == Need.NOTHING) {
      status = Outcome.Status.FAIL;
      sentence = "It was skipped, and every driver must keep it.";
    } else if (status == Outcome.Status.SKIP
        && survey.abilities().contains(rule.need().ability())) {
      status = Outcome.Status.FAIL;
      sentence =
          "It was skipped, although the driver declares %s.".formatted(rule.need().ability());
    }
    List<String> seen = new ArrayList<>();
    outcome.observations().forEach(text -> seen.add(survey.hide(text)));
    return new Outcome(rule.id(), status, sentence, outcome.seed(), seen, outcome.nanos());
  }

  private void refuseIfAborted() throws KitRefused {
    if (trials.aborted()) {
      throw new KitRefused("The run was broken off; nothing was written.");
    }
  }

  private static Instant now() {
    return Instant.now().truncatedTo(ChronoUnit.MILLIS);
  }

  /** Breaks the run off and ends its processes. Any thread. */
  public void abort() {
    trials.abort();
  }

  /** Ends the run's processes and removes its temporary files. */
  @Override
  public void close() {
    trials.close();
  }
}
