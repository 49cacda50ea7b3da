package org.vhostdp.tck.junit;

import static org.junit.jupiter.api.DynamicContainer.dynamicContainer;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assertions;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.DynamicNode;
import org.junit.jupiter.api.DynamicTest;
import org.vhostdp.attest.TckResult;
import org.vhostdp.tck.harness.Harness;
import org.vhostdp.tck.mutant.Mutant;
import org.vhostdp.tck.rule.Group;
import org.vhostdp.tck.rule.Outcome;
import org.vhostdp.tck.rule.Rule;
import org.vhostdp.tck.run.HarnessPlan;
import org.vhostdp.tck.run.KitOptions;
import org.vhostdp.tck.run.KitRefused;
import org.vhostdp.tck.run.KitRun;
import org.vhostdp.tck.run.Progress;

/**
 * The kit's rules as JUnit's dynamic tests, for a vendor's own build, on the class path or the
 * module path:
 *
 * <pre>{@code
 * @TestFactory
 * Stream<DynamicNode> conforms() {
 *   return ConformanceKit.of(MyHarness.class);
 * }
 * }</pre>
 *
 * <p>A container for each group, a test for each rule. Rules are tried in processes of their own,
 * with this one's Java, options and paths. The test of a rule that does not apply is aborted, with
 * the ability that the driver does not declare.
 */
// Who calls this has JUnit; a transitive requirement would force it on everybody else.
@SuppressWarnings("exports")
public final class ConformanceKit {
  private ConformanceKit() {}

  /**
   * All rules.
   *
   * @param harness public, with a public constructor without arguments
   * @return tests to be given to JUnit at once; closing the stream, which JUnit does, ends the
   *     processes
   */
  public static Stream<DynamicNode> of(Class<? extends Harness> harness) {
    return of(harness, KitOptions.of(System.nanoTime()));
  }

  /**
   * The same with options: a seed to be repeated, some rules only, other limits.
   *
   * @throws IllegalArgumentException if the options name a rule or group that does not exist
   */
  public static Stream<DynamicNode> of(Class<? extends Harness> harness, KitOptions options) {
    try {
      return of(new KitRun(HarnessPlan.of(harness), options, Progress.SILENT));
    } catch (KitRefused e) {
      throw new IllegalArgumentException(e.getMessage(), e);
    }
  }

  /** The tests of a run that was prepared and not run; closing the stream closes it. */
  public static Stream<DynamicNode> of(KitRun run) {
    Stream<DynamicNode> wire =
        Stream.of(
            dynamicContainer(
                "the wire notices broken drivers",
                run.mutants().stream().map(mutant -> test(run, mutant))));
    Stream<DynamicNode> groups =
        run.rules().entrySet().stream().map(group -> container(run, group));
    return Stream.concat(wire, groups).onClose(run::close);
  }

  private static DynamicNode container(KitRun run, Map.Entry<Group, List<Rule>> group) {
    GroupClock clock = new GroupClock(run);
    return dynamicContainer(
        group.getKey().title(),
        group.getValue().stream()
            .map(
                rule ->
                    dynamicTest(
                        rule.id() + " " + rule.title(),
                        () -> {
                          synchronized (run) {
                            judge(run.attempt(rule, clock.left()), run.seed());
                          }
                        })));
  }

  private static DynamicTest test(KitRun run, Mutant mutant) {
    return dynamicTest(
        mutant.rule() + " a driver that " + mutant.name(),
        () -> {
          synchronized (run) {
            TckResult.MutantResult result = run.attempt(mutant);
            if (!result.killed()) {
              Assertions.fail(result.sentence());
            }
          }
        });
  }

  private static void judge(Outcome outcome, long seed) {
    switch (outcome.status()) {
      case PASS -> Assertions.assertEquals("", outcome.sentence());
      case SKIP -> Assumptions.abort(outcome.sentence());
      case FAIL ->
          Assertions.fail(
              "%s: %s (replay it with seed %d)"
                  .formatted(outcome.rule(), outcome.sentence(), seed));
    }
  }

  /** The time of one group, which begins with its first rule, in a process of its own. */
  private static final class GroupClock {
    private final KitRun run;
    private long end;
    private boolean begun;

    GroupClock(KitRun run) {
      this.run = run;
    }

    Duration left() {
      if (!begun) {
        begun = true;
        run.nextGroup();
        end = System.nanoTime() + run.groupLimit().toNanos();
      }
      return Duration.ofNanos(Math.max(0, end - System.nanoTime()));
    }
  }
}
