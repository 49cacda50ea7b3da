package org.vhostdp.tck.report;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import org.vhostdp.tck.rule.Group;
import org.vhostdp.tck.rule.Rule;
import org.vhostdp.tck.rules.Rules;

/** The rules of the SPI as a text to be read: docs/spi-specification.md. */
public final class SpiSpecification {
  private static final int WIDTH = 120;

  private static final String INTRODUCTION =
      """
      # Rules of the SPI

      <!-- Written by "vhost-dp tck rules --markdown"; do not edit. -->

      What every networking driver keeps, so that the dataplane can rely on it: %d rules. The package documentation of
      `org.vhostdp.spi` says who stands where; each sentence below stands, word by word, in the Javadoc of the type named
      before it. The conformance kit has one test for each, and at least one broken driver that the test must catch;
      `vhost-dp tck rules NUMBER` tells more of one.

      A rule is for every driver, unless it names the ability that it is about. Numbers are never given twice.
      """;

  private SpiSpecification() {}

  /** The whole text, in Markdown. */
  public static String markdown() {
    StringBuilder text = new StringBuilder(INTRODUCTION.formatted(Rules.all().size()));
    Map<Group, List<Rule>> groups = new EnumMap<>(Group.class);
    for (Rule rule : Rules.all()) {
      groups.computeIfAbsent(rule.group(), group -> new ArrayList<>()).add(rule);
    }
    for (Map.Entry<Group, List<Rule>> group : groups.entrySet()) {
      String title = group.getKey().title();
      text.append("\n## ").append(Character.toUpperCase(title.charAt(0)));
      text.append(title.substring(1)).append("\n\n");
      group.getValue().forEach(rule -> wrap(text, item(rule)));
    }
    return text.toString();
  }

  private static String item(Rule rule) {
    String need = rule.need().ability();
    String only = need.isEmpty() ? "" : " *Only with " + need + ".*";
    return "- **%s** (`%s`) %s%s".formatted(rule.id(), rule.source(), rule.sentence(), only);
  }

  private static void wrap(StringBuilder text, String item) {
    StringBuilder line = new StringBuilder();
    for (String word : item.split(" ")) {
      if (line.length() + 1 + word.length() > WIDTH) {
        text.append(line).append('\n');
        line = new StringBuilder(" ");
      }
      line.append(line.isEmpty() ? "" : " ").append(word);
    }
    text.append(line).append('\n');
  }
}
