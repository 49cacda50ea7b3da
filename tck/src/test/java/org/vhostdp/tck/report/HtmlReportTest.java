package org.vhostdp.tck.report;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Optional;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.vhostdp.attest.TckResult;
import org.vhostdp.attest.TckResult.MutantResult;
import org.vhostdp.attest.TckResult.Status;
import org.vhostdp.tck.rule.Group;
import org.vhostdp.tck.rule.Need;
import org.vhostdp.tck.rule.Rule;

final class HtmlReportTest {
  private static final Rule LAW =
      new Rule(
          "TX-3",
          "the count is the truth",
          "TxQueue",
          "What is counted as taken is on the wire once.",
          Group.TRANSMIT,
          Need.NOTHING,
          trial -> {});

  private static String page(TckResult result) {
    return HtmlReport.of(result, id -> Optional.of(LAW).filter(rule -> rule.id().equals(id)));
  }

  private static void assertHolds(String page, String part) {
    assertTrue(page.contains(part), () -> "\"" + part + "\" is not in " + page);
  }

  private static void assertLacks(String page, String part) {
    assertFalse(page.contains(part), () -> "\"" + part + "\" is in " + page);
  }

  @Test
  void aFailureHasItsSentenceTheRulesWordsAndTheCommandThatRepeatsIt() {
    String page = page(Results.of(Results.PASSED, Results.FAILED, Results.SKIPPED));
    assertHolds(page, "<title>tap 0.1.0 fails - vhost-dp conformance report</title>");
    assertHolds(page, "tap 0.1.0 fails: it breaks the rule TX-3; 1 rule was skipped, because");
    assertHolds(page, "Frame 7 came twice, and it was sent once.");
    assertHolds(page, "<blockquote>What is counted as taken is on the wire once.</blockquote>");
    assertHolds(page, "<code>vhost-dp tck run --driver tap --only TX-3@4711</code>");
    assertTrue(page.indexOf("<h2>Failures") < page.indexOf("<h2>Skipped"), page);
    assertTrue(page.indexOf("<h2>Failures") < page.indexOf("<h2>Rules"), page);
  }

  @Test
  void wordsOfAnotherEditionsRuleAreNotShown() {
    TckResult.RuleResult other =
        new TckResult.RuleResult(
            "TX-3", "another title", "transmit", "", Status.FAIL, "Bad.", 1, List.of());
    assertLacks(page(Results.of(other)), "<blockquote>");
  }

  @Test
  void aPassShowsNoFailureAndSaysWhatWasSkippedAndWhy() {
    String page = page(Results.of(Results.PASSED, Results.SKIPPED));
    assertHolds(page, "tap 0.1.0 passes: it keeps every rule that applies; 1 rule was skipped,");
    assertHolds(page, "because it does not declare foreign-tx.");
    assertLacks(page, "<h2>Failures");
    assertHolds(page, "1 passed");
    assertHolds(page, "200 frames");
    assertHolds(page, "seed 4711 · 12 ms");
    assertHolds(page, "<td>1,234,568 packets/s</td>");
    assertLacks(page.replaceAll("(?s)<style>.*?</style>", ""), "%");
  }

  @Test
  void faultsThatWentUnseenFailAndAreNamed() {
    MutantResult alive = new MutantResult("SwappingTx", "ORD-1", false, "");
    String page = page(Results.of(List.of(Results.PASSED), List.of(alive), false));
    assertHolds(page, "tap 0.1.0 fails: the mutant SwappingTx, which breaks ORD-1, was not caught");
    assertHolds(page, "<h2>Faults that went unseen</h2>");
  }

  @Test
  void aStatedVerdictThatDoesNotFollowIsExposed() {
    TckResult lie = Results.of(List.of(Results.FAILED), List.of(Results.CAUGHT), true);
    String page = page(lie);
    assertHolds(page, "tap 0.1.0 fails");
    assertHolds(page, "The result itself states that it passes, which does not follow");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "<script>alert(1)</script>",
        "\"><img src=http://evil.example/x onerror=alert(1)>",
        "' onclick='alert(1)",
        "</style><script>1</script>",
        "&lt;b&gt;&#60;",
        "a\u202egpj.exe\u0007\u0000\u2028\ud800b",
        "$(reboot); `reboot` 'x'"
      })
  void textOfADriverIsNeverMarkup(String text) {
    String page = page(Results.saying(text));
    String plain = page(Results.saying("plain"));
    assertEquals(tags(plain), tags(page), page);
    assertTrue(page.codePoints().noneMatch(c -> c == 0x202e || c == 7 || c == 0), page);
    assertFalse(page.contains("--driver " + Html.escaped(text) + " "), page);
  }

  /** Every element with the names of its attributes, in order. */
  private static List<String> tags(String page) {
    return page.replaceAll("(?s)<(style|script)>.*?</\\1>", "<$1>")
        .replaceAll("\"[^\"]*\"", "\"\"")
        .lines()
        .flatMap(line -> Pattern.compile("<[^>]*>").matcher(line).results())
        .map(MatchResult::group)
        .toList();
  }

  @Test
  void thePageNamesNothingOfTheNetworkAndItsPolicyForbidsIt() {
    String page = page(Results.of(Results.PASSED, Results.FAILED));
    assertLacks(page, "http:");
    assertLacks(page, "https:");
    assertLacks(page, " src=");
    assertLacks(page, "url(");
    assertLacks(page, "@import");
    assertHolds(page, "content=\"default-src &#39;none&#39;;");
  }
}
