package org.vhostdp.tck.report;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.vhostdp.attest.TckResult;

/**
 * A result in the XML that build servers read as JUnit's: a suite for each group, a case for each
 * rule, and a suite for the broken drivers that the wire had to notice.
 */
public final class JUnitXml {
  /** The name of the file in a report folder. */
  public static final String FILE = "junit.xml";

  private static final double NANOS = 1e9;

  private final TckResult result;
  private final StringBuilder out = new StringBuilder(16 * 1024);

  private JUnitXml(TckResult result) {
    this.result = result;
  }

  /** The document, UTF-8 by its own declaration. */
  public static String of(TckResult result) {
    JUnitXml xml = new JUnitXml(result);
    xml.document();
    return xml.out.toString();
  }

  private void document() {
    long failures = failures(result.rules()) + surviving();
    long total = result.rules().size() + result.mutants().size();
    out.append("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites");
    attribute("name", "vhost-dp conformance kit " + result.kit().version());
    counts(total, failures, skips(result.rules()));
    out.append(">\n");
    mutants();
    Map<String, List<TckResult.RuleResult>> groups = new LinkedHashMap<>();
    for (TckResult.RuleResult rule : result.rules()) {
      groups.computeIfAbsent(rule.group(), name -> new ArrayList<>()).add(rule);
    }
    groups.forEach(this::group);
    out.append("</testsuites>\n");
  }

  private void mutants() {
    if (result.mutants().isEmpty()) {
      return;
    }
    out.append("  <testsuite");
    attribute("name", "the wire notices broken drivers");
    counts(result.mutants().size(), surviving(), 0);
    out.append(">\n");
    for (TckResult.MutantResult mutant : result.mutants()) {
      out.append("    <testcase");
      attribute("classname", name("wire"));
      attribute("name", mutant.rule() + " a driver that " + mutant.name());
      if (mutant.killed()) {
        out.append("/>\n");
      } else {
        out.append(">\n");
        failure(mutant.sentence());
        out.append("    </testcase>\n");
      }
    }
    out.append("  </testsuite>\n");
  }

  private void group(String group, List<TckResult.RuleResult> rules) {
    out.append("  <testsuite");
    attribute("name", group);
    counts(rules.size(), failures(rules), skips(rules));
    long nanos = rules.stream().mapToLong(this::nanos).sum();
    attribute("time", seconds(nanos));
    attribute("timestamp", result.times().began().toString());
    out.append(">\n");
    rules.forEach(this::rule);
    out.append("  </testsuite>\n");
  }

  private void rule(TckResult.RuleResult rule) {
    out.append("    <testcase");
    attribute("classname", name(rule.group()));
    attribute("name", rule.id() + " " + rule.title());
    attribute("time", seconds(nanos(rule)));
    out.append(">\n");
    if (rule.status() == TckResult.Status.FAIL) {
      failure(rule.sentence());
    } else if (rule.status() == TckResult.Status.SKIP) {
      out.append("      <skipped");
      attribute("message", rule.sentence());
      out.append("/>\n");
    }
    out.append("      <system-out>");
    text("seed " + rule.seed());
    rule.observations().forEach(fact -> text("\n" + fact));
    out.append("</system-out>\n    </testcase>\n");
  }

  private void failure(String sentence) {
    out.append("      <failure");
    attribute("message", sentence);
    attribute("type", "broken rule");
    out.append("/>\n");
  }

  private void counts(long tests, long failures, long skipped) {
    attribute("tests", Long.toString(tests));
    attribute("failures", Long.toString(failures));
    attribute("errors", "0");
    attribute("skipped", Long.toString(skipped));
  }

  /** As JUnit writes packages and classes: the driver, and the group. */
  private String name(String group) {
    return result.driver().id() + "." + group.replace(' ', '-');
  }

  private long nanos(TckResult.RuleResult rule) {
    return result.times().nanos().getOrDefault(rule.id(), 0L);
  }

  private static String seconds(long nanos) {
    return String.format(Locale.ROOT, "%.3f", nanos / NANOS);
  }

  private static long failures(List<TckResult.RuleResult> rules) {
    return rules.stream().filter(rule -> rule.status() == TckResult.Status.FAIL).count();
  }

  private static long skips(List<TckResult.RuleResult> rules) {
    return rules.stream().filter(rule -> rule.status() == TckResult.Status.SKIP).count();
  }

  private long surviving() {
    return result.mutants().stream().filter(mutant -> !mutant.killed()).count();
  }

  private void attribute(String name, String value) {
    out.append(' ').append(name).append("=\"");
    text(value);
    out.append('"');
  }

  /** Text without what XML 1.0 has no way to write (section 2.2), and without markup. */
  private void text(String value) {
    value
        .codePoints()
        .forEach(
            c -> {
              switch (c) {
                case '<' -> out.append("&lt;");
                case '>' -> out.append("&gt;");
                case '&' -> out.append("&amp;");
                case '"' -> out.append("&quot;");
                case '\n' -> out.append("&#10;");
                case '\t' -> out.append("&#9;");
                default -> out.appendCodePoint(isXml(c) ? c : 0xFFFD);
              }
            });
  }

  private static boolean isXml(int c) {
    return c >= 0x20 && c <= 0xD7FF || c >= 0xE000 && c <= 0xFFFD || c >= 0x10000;
  }
}
