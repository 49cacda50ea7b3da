package org.vhostdp.attest;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;

/**
 * Something in which two results differ.
 *
 * @param kind "kit", "driver", "file", "capability", "ability", "rule", "mutant" or "verdict"
 * @param name of the thing: a rule's number, a file's path
 * @param before what the first result says, "" if nothing
 * @param after what the second result says, "" if nothing
 */
public record Difference(String kind, String name, String before, String after) {
  /**
   * Every difference of what was tried and found. When, where, through which harness and with which
   * seeds is not compared.
   */
  public static List<Difference> between(TckResult before, TckResult after) {
    Map<String, Map<String, String>> a = facts(before);
    Map<String, Map<String, String>> b = facts(after);
    List<Difference> all = new ArrayList<>();
    a.forEach((kind, facts) -> compare(kind, facts, b.get(kind), all));
    return List.copyOf(all);
  }

  private static void compare(
      String kind, Map<String, String> a, Map<String, String> b, List<Difference> all) {
    TreeSet<String> names = new TreeSet<>(a.keySet());
    names.addAll(b.keySet());
    for (String name : names) {
      String before = a.getOrDefault(name, "");
      String after = b.getOrDefault(name, "");
      if (!before.equals(after)) {
        all.add(new Difference(kind, name, before, after));
      }
    }
  }

  private static Map<String, Map<String, String>> facts(TckResult result) {
    Map<String, String> kit = new LinkedHashMap<>();
    kit.put("version", result.kit().version());
    kit.put("rules", result.kit().rules());
    kit.put("count", Integer.toString(result.kit().count()));
    kit.put("spi", result.spi());
    Map<String, String> driver = new LinkedHashMap<>();
    driver.put("id", result.driver().id());
    driver.put("version", result.driver().version());
    driver.put("module", result.driver().module());
    driver.put("spi", result.driver().spi());
    Map<String, String> abilities = new LinkedHashMap<>();
    result.abilities().forEach(ability -> abilities.put(ability, "declared"));
    Map<String, String> rules = new LinkedHashMap<>();
    result
        .rules()
        .forEach(rule -> rules.put(rule.id(), said(rule.status().word(), rule.sentence())));
    Map<String, String> mutants = new LinkedHashMap<>();
    for (TckResult.MutantResult mutant : result.mutants()) {
      mutants.put(mutant.name(), mutant.killed() ? "caught" : said("missed", mutant.sentence()));
    }
    Map<String, Map<String, String>> facts = new LinkedHashMap<>();
    facts.put("verdict", Map.of("verdict", result.passed() ? "pass" : "fail"));
    facts.put("kit", kit);
    facts.put("driver", driver);
    facts.put("file", result.files());
    facts.put("capability", result.capabilities());
    facts.put("ability", abilities);
    facts.put("rule", rules);
    facts.put("mutant", mutants);
    return facts;
  }

  private static String said(String status, String sentence) {
    return sentence.isEmpty() ? status : status + ": " + sentence;
  }
}
