package org.vhostdp.tck.report;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import org.vhostdp.attest.TckResult;
import org.vhostdp.attest.Verdict;
import org.vhostdp.tck.rule.Rule;
import org.vhostdp.tck.rules.Rules;

/**
 * A result as one page for people: the verdict, what failed and how to repeat it, then everything
 * else. It needs no network and no script.
 */
public final class HtmlReport {
  /** The name of the file in a report folder. */
  public static final String FILE = "report.html";

  private HtmlReport() {}

  /**
   * The page. The verdict is computed from the rules; if the result states another, the page says
   * so.
   */
  public static String of(TckResult result) {
    return of(result, Rules::find);
  }

  static String of(TckResult result, Function<String, Optional<Rule>> rules) {
    Verdict verdict = result.verdict();
    TckResult.Driver driver = result.driver();
    String title =
        "%s %s %s".formatted(driver.id(), driver.version(), verdict.passed() ? "passes" : "fails");
    return Page.of(
        title + " - vhost-dp conformance report",
        html -> {
          head(html, result, verdict);
          html.open("main");
          FailureSection.write(html, result, rules);
          RuleSection.skipped(html, result);
          RuleSection.write(html, result);
          FactSections.write(html, result);
          html.close();
          foot(html, result);
        });
  }

  private static void head(Html html, TckResult result, Verdict verdict) {
    html.open("header").element("p", "vhost-dp conformance report", "class", "kicker");
    html.element("h1", result.driver().id() + " " + result.driver().version());
    verdict(html, result, verdict);
    html.open("dl", "class", "facts");
    FactSections.fact(html, "Module", result.driver().module());
    FactSections.fact(html, "SPI", result.spi() + ", built for " + result.driver().spi());
    FactSections.fact(html, "Conformance kit", result.kit().version());
    FactSections.fact(html, "Tested", tested(result.times()));
    html.close().close();
  }

  private static String tested(TckResult.Times times) {
    String took = Phrases.span(Duration.between(times.began(), times.ended()));
    return Phrases.minute(times.began()) + ", took " + took;
  }

  private static void verdict(Html html, TckResult result, Verdict verdict) {
    TckResult.Status status = verdict.passed() ? TckResult.Status.PASS : TckResult.Status.FAIL;
    html.open("div", "class", "verdict " + status.word(), "id", "verdict");
    Mark.of(html, status, verdict.passed() ? "Pass" : "Fail");
    html.element("p", VerdictSentence.of(result));
    List<String> others = others(result, verdict);
    others.forEach(reason -> html.element("p", reason));
    html.close();
  }

  /** Reasons that no failed rule shows, and a stated verdict that is wrong. */
  private static List<String> others(TckResult result, Verdict verdict) {
    List<String> others = new ArrayList<>(verdict.reasons());
    for (TckResult.RuleResult rule : result.rules()) {
      others.remove("The rule %s failed.".formatted(rule.id()));
    }
    if (others.size() == verdict.reasons().size() && !others.isEmpty()) {
      others.removeFirst();
    }
    if (verdict.passed() != result.passed()) {
      others.add(
          "The result itself states that it %s, which does not follow from its rules."
              .formatted(result.passed() ? "passes" : "fails"));
    }
    return others;
  }

  private static void foot(Html html, TckResult result) {
    html.open("footer").open("p");
    html.text("Rules of kit ").text(result.kit().version()).text(": ");
    html.element("code", result.kit().rules()).close();
    html.open("p").text("A page can be altered. What counts is the signed certificate in the ");
    html.text("driver's folder: ");
    html.element("code", "vhost-dp driver verify " + Phrases.shell(result.driver().id()));
    html.text(" checks it.").close().close();
  }
}
