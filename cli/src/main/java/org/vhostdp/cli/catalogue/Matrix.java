package org.vhostdp.cli.catalogue;

import java.util.ArrayList;
import java.util.List;
import java.util.SortedSet;
import java.util.TreeSet;
import org.vhostdp.attest.TckResult;

/** What each driver can do: first in its own words, then the abilities that rules are about. */
final class Matrix {
  private static final String YES = "\u2713 yes";
  private static final String NO = "\u2013";

  /**
   * One capability.
   *
   * @param name its name
   * @param cells what each driver declares
   */
  record Row(String name, List<String> cells) {}

  private Matrix() {}

  static List<Row> of(List<TckResult> results) {
    SortedSet<String> capabilities = new TreeSet<>();
    SortedSet<String> abilities = new TreeSet<>();
    for (TckResult result : results) {
      capabilities.addAll(result.capabilities().keySet());
      abilities.addAll(result.abilities());
      // Those that no driver declares are told by the rules that were skipped.
      result.rules().stream()
          .map(TckResult.RuleResult::need)
          .filter(need -> !need.isEmpty() && !need.contains(" and "))
          .forEach(abilities::add);
    }
    List<Row> rows = new ArrayList<>();
    for (String name : capabilities) {
      rows.add(
          new Row(
              name, results.stream().map(r -> r.capabilities().getOrDefault(name, NO)).toList()));
    }
    for (String name : abilities) {
      rows.add(
          new Row(
              name, results.stream().map(r -> r.abilities().contains(name) ? YES : NO).toList()));
    }
    return rows;
  }
}
