package org.vhostdp.tck.run;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.vhostdp.attest.TckResult;
import org.vhostdp.attest.TckResult.RuleResult;
import org.vhostdp.attest.TckResult.Status;
import org.vhostdp.spi.Driver;
import org.vhostdp.tck.harness.Harness;
import org.vhostdp.tck.harness.Wire;
import org.vhostdp.tck.pair.PairHarness;
import org.vhostdp.tck.rule.Group;

/** A run goes on whatever a rule does to its process. */
@Timeout(240)
final class KitRunTest {
  private static final KitOptions OPTIONS =
      KitOptions.of(7).withRuleLimit(Duration.ofSeconds(5)).withPatience(Duration.ofMillis(100));

  private static final List<String> SEEN = List.of("is noticed");

  private static KitReport run(RuleBook book, KitOptions options) throws Exception {
    try (KitRun run =
        new KitRun(book, HarnessPlan.of(PairHarness.class), options, Progress.SILENT)) {
      return run.run();
    }
  }

  private static RuleResult result(KitReport report, String rule) {
    return report.result().rules().stream().filter(r -> r.id().equals(rule)).findFirst().get();
  }

  private static void assertFails(KitReport report, String rule, String says) {
    RuleResult result = result(report, rule);
    assertEquals(Status.FAIL, result.status(), rule);
    assertTrue(result.sentence().contains(says), result::sentence);
  }

  private static void assertPasses(KitReport report, String rule) {
    RuleResult result = result(report, rule);
    assertEquals(Status.PASS, result.status(), result::sentence);
  }

  private static String observed(KitReport report, String rule, String what) {
    return result(report, rule).observations().stream()
        .filter(text -> text.startsWith(what + " "))
        .map(text -> text.substring(what.length() + 1))
        .findFirst()
        .orElseThrow();
  }

  @Test
  void aRunWithEveryKindOfEndReportsEveryRule() throws Exception {
    KitReport report = run(ToyRules.book(), OPTIONS);
    assertEquals(14, report.result().rules().size());
    assertPasses(report, "TOY-1");
    assertFails(report, "TOY-2", "ended with status 139, signal 11 SIGSEGV.");
    assertFails(report, "TOY-2", "the last line of a crash");
    assertPasses(report, "TOY-3");
    assertFails(report, "TOY-4", "It did not end within 5 s; it stood in java");
    assertFails(report, "TOY-4", "ToyRules.hangs");
    assertPasses(report, "TOY-5");
    assertFails(report, "TOY-6", "StackOverflowError");
    assertEquals(Status.SKIP, result(report, "TOY-7").status());
    assertEquals("The driver does not declare levitation.", result(report, "TOY-7").sentence());
    assertFails(report, "TOY-8", "skipped, although the driver declares fickleness");
    assertFails(report, "TOY-9", "it was meant to fail");
    assertFails(report, "TOY-10", "did not answer within 15 s");
    assertPasses(report, "TOY-11");
    assertPasses(report, "TOY-12");
    assertNotEquals(
        observed(report, "TOY-1", "process"),
        observed(report, "TOY-3", "process"),
        "after a crash");
    Optional<ProcessHandle> left =
        ProcessHandle.of(Long.parseLong(observed(report, "TOY-11", "left")));
    assertFalse(left.isPresent() && left.get().isAlive(), "the run left a process behind");

    assertEquals("fail", report.verdict());
    assertFalse(report.partial());
    assertFalse(report.result().passed());
    TckResult.MutantResult survivor = report.result().mutants().get(1);
    assertFalse(survivor.killed());
    assertTrue(
        survivor.sentence().startsWith("The wire's far end did not notice a driver that is not"));
    assertTrue(report.result().mutants().get(0).killed());
  }

  @Test
  void aRunPassesIfEveryRuleIsKeptAndTriedAndEveryMutantNoticed() throws Exception {
    RuleBook book = ToyRules.only(List.of("TOY-1", "TOY-3", "TOY-7", "TOY-14"), SEEN);
    KitReport whole = run(book, OPTIONS);
    assertEquals("pass", whole.verdict(), () -> whole.result().verdict().reasons().toString());
    assertTrue(whole.result().passed());
    assertFalse(whole.failed());
    assertEquals(1, whole.count(Status.SKIP));
    assertEquals(4, whole.result().times().nanos().size());
    assertEquals("the driver is a proxy", whole.result().mutants().getFirst().sentence());

    KitReport part = run(book, OPTIONS.withOnly(List.of("life-cycle", "toy-7")));
    assertEquals(3, part.result().rules().size());
    assertEquals("partial", part.verdict());
    assertFalse(part.result().passed());
    assertFalse(part.failed());
    assertTrue(part.result().performance().isEmpty());
  }

  @Test
  void aSurvivingMutantAloneMakesARunFail() throws Exception {
    RuleBook book = ToyRules.only(List.of("TOY-1", "TOY-3"), List.of("is not noticed"));
    KitReport report = run(book, OPTIONS);
    assertEquals("fail", report.verdict());
    assertEquals(0, report.count(Status.FAIL));
    assertEquals("loopback", report.result().driver().id());
    assertFalse(report.result().capabilities().isEmpty());
    assertTrue(
        report.result().performance().stream()
            .anyMatch(m -> m.name().startsWith("receive, queue 0") && m.value() > 0),
        () -> report.result().performance().toString());
    assertEquals(report.result(), TckResult.parse(report.result().text(), "it"));
  }

  @Test
  void aSeedRepeatsARun() throws Exception {
    RuleBook book = ToyRules.only(List.of("TOY-1", "TOY-3"), List.of());
    KitReport first = run(book, OPTIONS);
    KitReport again = run(book, OPTIONS.withOnly(List.of("TOY-3")));
    assertEquals(observed(first, "TOY-3", "random"), observed(again, "TOY-3", "random"));
    assertNotEquals(observed(first, "TOY-1", "random"), observed(first, "TOY-3", "random"));
    String replay = "TOY-1@" + result(first, "TOY-3").seed();
    KitReport other = run(book, KitOptions.of(8).withOnly(List.of(replay)));
    assertEquals(observed(first, "TOY-3", "random"), observed(other, "TOY-1", "random"));
  }

  @Test
  void repeatingFindsARareFailureAndItsSeedShowsItAgain() throws Exception {
    RuleBook book = ToyRules.only(List.of("TOY-13"), List.of());
    KitReport rare = run(book, OPTIONS.withRepeat(100));
    assertFails(rare, "TOY-13", "draws a zero");
    String replay = "TOY-13@" + result(rare, "TOY-13").seed();
    KitReport again = run(book, KitOptions.of(1).withOnly(List.of(replay)));
    assertEquals(result(rare, "TOY-13").sentence(), result(again, "TOY-13").sentence());
  }

  @Test
  void aGroupThatTakesTooLongFailsItsOtherRules() throws Exception {
    RuleBook book = ToyRules.only(List.of("TOY-4", "TOY-5"), List.of());
    KitOptions patient = OPTIONS.withRuleLimit(Duration.ofMinutes(5));
    KitReport report = run(book, patient.withGroupLimit(Duration.ofMillis(4500)));
    assertFails(report, "TOY-4", "It did not end within ");
    assertFalse(result(report, "TOY-4").sentence().contains("within 300 s"), "the rule's limit");
    assertFails(report, "TOY-5", "There was no time left to try it: its group has 4.5 s.");
  }

  @Test
  void aHarnessThatCannotBeMadeRefusesTheRun() throws Exception {
    RuleBook book = ToyRules.only(List.of("TOY-1"), List.of());
    HarnessPlan plan = HarnessPlan.of(NoHarness.class);
    try (KitRun run = new KitRun(book, plan, OPTIONS, Progress.SILENT)) {
      KitRefused refused = assertThrows(KitRefused.class, run::run);
      assertTrue(refused.getMessage().contains("NoHarness failed: There is no cable."));
    }
  }

  @Test
  void anAbortedRunEndsAtOnce() throws Exception {
    RuleBook book = ToyRules.only(List.of("TOY-4"), List.of());
    KitOptions patient = OPTIONS.withRuleLimit(Duration.ofMinutes(5));
    CountDownLatch begun = new CountDownLatch(1);
    Progress told =
        new Progress() {
          @Override
          public void group(Group group, int rules) {
            begun.countDown();
          }
        };
    try (KitRun run = new KitRun(book, HarnessPlan.of(PairHarness.class), patient, told)) {
      abort(run, begun);
      KitRefused refused = assertThrows(KitRefused.class, run::run);
      assertTrue(refused.getMessage().contains("was broken off"), refused.getMessage());
    }
  }

  @Test
  void aRunThatIsAbortedBeforeItsFirstRuleSaysSo() throws Exception {
    RuleBook book = ToyRules.only(List.of("TOY-1"), List.of());
    try (KitRun run =
        new KitRun(book, HarnessPlan.of(PairHarness.class), OPTIONS, Progress.SILENT)) {
      run.abort();
      KitRefused refused = assertThrows(KitRefused.class, run::run);
      assertTrue(refused.getMessage().contains("was broken off"), refused.getMessage());
    }
  }

  /** Aborts a little after that, from another thread. */
  private static void abort(KitRun run, CountDownLatch after) {
    Thread.ofPlatform()
        .daemon()
        .start(
            () -> {
              try {
                after.await();
                Thread.sleep(200);
              } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
              }
              run.abort();
            });
  }

  /** A harness whose constructor fails. */
  public static final class NoHarness implements Harness {
    public NoHarness() {
      throw new IllegalStateException("There is no cable.");
    }

    @Override
    public Driver driver() {
      throw new AssertionError("never made");
    }

    @Override
    public Wire wire(Request request) {
      throw new AssertionError("never made");
    }

    @Override
    public String describe() {
      return "";
    }
  }
}
