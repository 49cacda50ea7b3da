package org.vhostdp.tck.rule;

import java.time.Duration;
import java.util.List;
import org.vhostdp.spi.Port;
import org.vhostdp.tck.harness.Harness;

/** Tries one rule in this process, on this thread. */
public final class RuleRun {
  private RuleRun() {}

  /** Tries a rule; never throws for what the driver does. */
  public static Outcome run(Rule rule, Harness harness, long seed, Duration patience) {
    long begin = System.nanoTime();
    Trial trial = new Trial(harness, seed, patience);
    Outcome.Status status = Outcome.Status.PASS;
    String sentence = "";
    try {
      if (!applies(rule, harness, seed, patience)) {
        status = Outcome.Status.SKIP;
        sentence = "The driver does not declare " + rule.need().ability() + ".";
      } else {
        try (trial) {
          rule.test().run(trial);
        }
      }
    } catch (Broken e) {
      status = Outcome.Status.FAIL;
      sentence = e.getMessage();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      status = Outcome.Status.FAIL;
      sentence = "The trial was interrupted.";
    } catch (Exception | LinkageError | AssertionError e) {
      status = Outcome.Status.FAIL;
      sentence = unexpected(e);
    }
    List<String> seen = trial.observations();
    return new Outcome(rule.id(), status, sentence, seed, seen, System.nanoTime() - begin);
  }

  private static boolean applies(Rule rule, Harness harness, long seed, Duration patience)
      throws Exception {
    if (rule.need() == Need.NOTHING) {
      return true;
    }
    try (Trial trial = new Trial(harness, seed, patience)) {
      Port port = trial.open(trial.wire(Harness.Request.plain()));
      return rule.need().declared().test(port);
    }
  }

  private static String unexpected(Throwable e) {
    StackTraceElement[] trace = e.getStackTrace();
    return "Nobody expected %s%s"
        .formatted(e, trace.length == 0 ? "." : ", thrown at " + trace[0] + ".");
  }
}
