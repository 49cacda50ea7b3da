package org.vhostdp.tck.report;

import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.vhostdp.attest.TckResult;
import org.vhostdp.attest.TckResult.RuleResult;
import org.vhostdp.attest.TckResult.Status;

/** Every rule, in groups that open; and which were skipped for want of what. */
final class RuleSection {
  private RuleSection() {}

  static void write(Html html, TckResult result) {
    html.open("section").element("h2", "Rules");
    filter(html);
    groups(result)
        .forEach(
            (group, rules) -> {
              html.open("details", "data-group", group).open("summary");
              html.element("span", group, "class", "name");
              Mark.counts(html, rules);
              html.close();
              group(html, result, rules);
              html.close();
            });
    html.close();
  }

  static void skipped(Html html, TckResult result) {
    Map<String, List<RuleResult>> needs = VerdictSentence.skippedByNeed(result);
    if (needs.isEmpty()) {
      return;
    }
    html.open("section").element("h2", "Skipped");
    html.table("Rules about abilities that the driver does not declare", "Ability", "Rules");
    needs.forEach(
        (need, rules) ->
            html.row(need, String.join(", ", rules.stream().map(RuleResult::id).toList())));
    html.endTable().close();
  }

  private static Map<String, List<RuleResult>> groups(TckResult result) {
    Map<String, List<RuleResult>> groups = new LinkedHashMap<>();
    for (RuleResult rule : result.rules()) {
      groups.computeIfAbsent(rule.group(), group -> new ArrayList<>()).add(rule);
    }
    return groups;
  }

  /** Shown by the script alone, since nothing else can use it. */
  private static void filter(Html html) {
    html.open("div", "class", "filter", "data-filter", "", "hidden", "");
    html.open("label").text("Find a rule").open("input", "type", "search").close();
    html.open("label").text("Show").open("select");
    html.element("option", "all", "value", "");
    for (Status status : List.of(Status.FAIL, Status.PASS, Status.SKIP)) {
      html.element("option", Mark.past(status), "value", status.word());
    }
    html.close().close().open("output", "aria-live", "polite").close().close();
  }

  private static void group(Html html, TckResult result, List<RuleResult> rules) {
    html.open("table").open("thead").open("tr");
    html.element("th", "Rule", "scope", "col", "class", "narrow");
    html.element("th", "What its test shows", "scope", "col");
    html.element("th", "Result", "scope", "col", "class", "narrow");
    html.close().close().open("tbody");
    for (RuleResult rule : rules) {
      html.open("tr", "data-status", rule.status().word());
      html.element("th", rule.id(), "scope", "row");
      html.open("td").text(rule.title());
      if (!rule.sentence().isEmpty()) {
        html.element("span", rule.sentence(), "class", "small");
      }
      rule.observations().forEach(seen -> html.element("span", seen, "class", "small"));
      if (rule.status() != Status.SKIP) {
        html.element("span", trial(result, rule), "class", "small");
      }
      html.close().open("td");
      Mark.of(html, rule.status(), Mark.past(rule.status()));
      html.close().close();
    }
    html.close().close();
  }

  private static String trial(TckResult result, RuleResult rule) {
    Long nanos = result.times().nanos().get(rule.id());
    String seed = "seed " + rule.seed();
    return nanos == null ? seed : seed + " · " + Phrases.span(Duration.ofNanos(nanos));
  }
}
