package org.vhostdp.tck.run;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.vhostdp.tck.rule.Group;
import org.vhostdp.tck.rule.Rule;
import org.vhostdp.tck.rules.Rules;

/** The rules that a run tries, in order of their groups, and those whose seed was given. */
public final class Selection {
  private final Map<Group, List<Rule>> groups = new EnumMap<>(Group.class);
  private final Map<String, Long> seeds = new HashMap<>();
  private final boolean partial;

  /**
   * Of the kit's rules.
   *
   * @param words numbers of rules and names of groups; empty: all
   * @throws KitRefused naming the first word that means nothing
   */
  public Selection(List<String> words) throws KitRefused {
    this(words, Rules.all());
  }

  /**
   * @param words numbers of rules and names of groups, as {@link KitOptions#only}
   * @throws KitRefused naming the first word that means nothing
   */
  Selection(List<String> words, List<Rule> rules) throws KitRefused {
    Set<Rule> wanted = new LinkedHashSet<>();
    for (String word : words) {
      wanted.addAll(meant(word.strip(), rules));
    }
    List<Rule> chosen = new ArrayList<>(rules);
    if (!words.isEmpty()) {
      chosen.retainAll(wanted);
    }
    for (Rule rule : chosen) {
      groups.computeIfAbsent(rule.group(), g -> new ArrayList<>()).add(rule);
    }
    partial = chosen.size() < rules.size();
  }

  private List<Rule> meant(String word, List<Rule> rules) throws KitRefused {
    int at = word.indexOf('@');
    String name = (at < 0 ? word : word.substring(0, at)).toUpperCase(Locale.ROOT);
    List<Rule> byNumber = rules.stream().filter(rule -> rule.id().equals(name)).toList();
    if (!byNumber.isEmpty()) {
      if (at >= 0) {
        seeds.put(name, seed(word, word.substring(at + 1)));
      }
      return byNumber;
    }
    String group = name.replace('-', '_').replace(' ', '_');
    List<Rule> byGroup = rules.stream().filter(r -> r.group().name().equals(group)).toList();
    if (byGroup.isEmpty() || at >= 0) {
      throw new KitRefused(
          "There is no rule or group \"%s\"; \"vhost-dp tck rules\" lists them.".formatted(word));
    }
    return byGroup;
  }

  private static long seed(String word, String text) throws KitRefused {
    try {
      return Long.parseLong(text);
    } catch (NumberFormatException e) {
      throw new KitRefused("In \"%s\" the seed is no whole number of 64 bits.".formatted(word), e);
    }
  }

  /** The chosen rules by group. */
  public Map<Group, List<Rule>> groups() {
    return groups;
  }

  /** How many rules were chosen. */
  int size() {
    return groups.values().stream().mapToInt(List::size).sum();
  }

  /** Whether a rule of the kit was left out. */
  boolean partial() {
    return partial;
  }

  /** The seed of a rule: the one given with it, or the one that follows from the run's. */
  long seed(Rule rule, long run, int turn) {
    Long given = turn == 0 ? seeds.get(rule.id()) : null;
    return given == null ? Seeds.of(run, rule.id(), turn) : given;
  }
}
