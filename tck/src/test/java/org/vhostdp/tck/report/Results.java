package org.vhostdp.tck.report;

import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import org.vhostdp.attest.Machine;
import org.vhostdp.attest.TckResult;
import org.vhostdp.attest.TckResult.MutantResult;
import org.vhostdp.attest.TckResult.RuleResult;
import org.vhostdp.attest.TckResult.Status;

/** Results of runs that never were. */
final class Results {
  private static final String DIGEST = "0123456789abcdef".repeat(4);

  static final RuleResult PASSED = rule("TX-1", "transmit", "", Status.PASS, "");
  static final RuleResult FAILED =
      rule("TX-3", "transmit", "", Status.FAIL, "Frame 7 came twice, and it was sent once.");
  static final RuleResult SKIPPED =
      rule(
          "FM-1",
          "foreign memory",
          "foreign-tx",
          Status.SKIP,
          "The driver does not declare foreign-tx.");
  static final MutantResult CAUGHT =
      new MutantResult("LossyTx", "TX-1", true, "Frame 3 never came.");

  private Results() {}

  static RuleResult rule(String id, String group, String need, Status status, String sentence) {
    List<String> seen = status == Status.PASS ? List.of("200 frames") : List.of();
    return new RuleResult(id, "the count is the truth", group, need, status, sentence, 4711, seen);
  }

  static TckResult of(List<RuleResult> rules, List<MutantResult> mutants, boolean stated) {
    return of("tap", "an AF_PACKET socket on a TAP", rules, mutants, stated);
  }

  static TckResult of(RuleResult... rules) {
    TckResult result = of(List.of(rules), List.of(CAUGHT), true);
    return result.stating(result.verdict().passed());
  }

  /** A result in which every text that may come from a driver's author is this one. */
  static TckResult saying(String text) {
    RuleResult rule =
        new RuleResult(text, text, text, "", Status.FAIL, text, -1, List.of(text, text));
    RuleResult skipped = new RuleResult("X-1", text, text, text, Status.SKIP, text, 2, List.of());
    List<MutantResult> mutants =
        List.of(
            new MutantResult(text, text, false, text), new MutantResult(text, text, true, text));
    return of(text, text, List.of(rule, skipped), mutants, false);
  }

  private static TckResult of(
      String id, String words, List<RuleResult> rules, List<MutantResult> mutants, boolean stated) {
    return new TckResult(
        new TckResult.Kit("0.1.0", DIGEST, rules.size()),
        "0.1",
        new TckResult.Driver(id, "0.1.0", "org.vhostdp.driver.tap", "[1.0,2.0)"),
        sorted(Map.of("driver.properties", DIGEST, "lib/" + words, DIGEST)),
        sorted(Map.of("mtu", "68-9000", words, words)),
        List.of("multiqueue"),
        new TckResult.Harness(words, sorted(Map.of("device", words))),
        new Machine("6.1.0-18-amd64", "25.0.1+8", "amd64", words),
        rules,
        mutants,
        List.of(new TckResult.Measurement(words, 1234567.8, "packets/s")),
        stated,
        new TckResult.Times(
            Instant.parse("2026-11-22T21:30:05Z"),
            Instant.parse("2026-11-22T21:31:17Z"),
            new TreeMap<>(Map.of("TX-1", 12_000_000L))));
  }

  private static SortedMap<String, String> sorted(Map<String, String> map) {
    return new TreeMap<>(map);
  }
}
