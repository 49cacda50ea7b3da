package org.vhostdp.tck.report;

import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import org.vhostdp.attest.TckResult;
import org.vhostdp.attest.TckResult.MutantResult;
import org.vhostdp.attest.TckResult.RuleResult;
import org.vhostdp.attest.TckResult.Status;
import org.vhostdp.tck.rule.Rule;

/** What went wrong, first: each failure with the rule's own words and the command to repeat it. */
final class FailureSection {
  private FailureSection() {}

  static void write(Html html, TckResult result, Function<String, Optional<Rule>> rules) {
    List<RuleResult> failed =
        result.rules().stream().filter(rule -> rule.status() == Status.FAIL).toList();
    if (!failed.isEmpty()) {
      html.open("section").element("h2", "Failures");
      for (RuleResult rule : failed) {
        failure(html, result, rule, rules);
      }
      html.close();
    }
    survivors(html, result);
  }

  private static void failure(
      Html html, TckResult result, RuleResult rule, Function<String, Optional<Rule>> rules) {
    html.open("article", "class", "failure").open("h3");
    html.element("span", rule.id(), "class", "id").text(rule.title()).close();
    html.element("p", rule.sentence(), "class", "seen");
    // A rule of another edition may have the same number and other words.
    rules
        .apply(rule.id())
        .filter(known -> known.title().equals(rule.title()))
        .ifPresent(known -> words(html, known));
    observations(html, rule.observations());
    html.element("p", "Repeat this trial with its seed:", "class", "note");
    html.open("pre", "tabindex", "0").element("code", replay(result, rule)).close();
    html.close();
  }

  private static void words(Html html, Rule rule) {
    html.open("p", "class", "note").text("What the SPI says, at ");
    html.element("code", rule.source()).text(":").close();
    html.element("blockquote", rule.sentence());
  }

  static void observations(Html html, List<String> observations) {
    if (!observations.isEmpty()) {
      html.open("ul", "class", "note");
      observations.forEach(seen -> html.element("li", seen));
      html.close();
    }
  }

  private static String replay(TckResult result, RuleResult rule) {
    return "vhost-dp tck run --driver %s --only %s@%d"
        .formatted(Phrases.shell(result.driver().id()), Phrases.shell(rule.id()), rule.seed());
  }

  private static void survivors(Html html, TckResult result) {
    List<MutantResult> alive =
        result.mutants().stream().filter(mutant -> !mutant.killed()).toList();
    if (alive.isEmpty()) {
      return;
    }
    html.open("section").element("h2", "Faults that went unseen");
    html.element(
        "p",
        "Drivers broken on purpose were tried on the same wire, and these were not noticed."
            + " The wire cannot show that their rules are kept.");
    for (MutantResult mutant : alive) {
      html.open("article", "class", "failure").open("h3");
      html.element("span", mutant.rule(), "class", "id").text(mutant.name()).close();
      String said = mutant.sentence().isEmpty() ? "The test passed." : mutant.sentence();
      html.element("p", said, "class", "seen").close();
    }
    html.close();
  }
}
