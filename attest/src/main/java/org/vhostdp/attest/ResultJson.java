package org.vhostdp.attest;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** A result as values that {@link org.vhostdp.attest.json.Json} writes. */
final class ResultJson {
  private ResultJson() {}

  /** All of it, as result.json has it. */
  static Map<String, Object> of(TckResult result) {
    Map<String, Object> out = head(result);
    out.put("rules", result.rules().stream().map(rule -> rule(rule, true)).toList());
    out.put("mutants", mutants(result));
    out.put("performance", performance(result));
    out.put("verdict", verdict(result));
    out.put("files", result.files());
    out.put("times", times(result.times()));
    return out;
  }

  /** What is the same for the same inputs, without the files. */
  static Map<String, Object> facts(TckResult result) {
    Map<String, Object> out = head(result);
    out.put("rules", result.rules().stream().map(rule -> rule(rule, false)).toList());
    out.put("mutants", mutants(result));
    out.put("verdict", verdict(result));
    return out;
  }

  /** What differs from run to run. */
  static Map<String, Object> run(TckResult result) {
    Map<String, Object> observations = new TreeMap<>();
    for (TckResult.RuleResult rule : result.rules()) {
      if (!rule.observations().isEmpty()) {
        observations.put(rule.id(), rule.observations());
      }
    }
    Map<String, Object> out = new LinkedHashMap<>();
    out.put("observations", observations);
    out.put("performance", performance(result));
    out.put("times", times(result.times()));
    return out;
  }

  private static Map<String, Object> head(TckResult result) {
    Map<String, Object> kit = new LinkedHashMap<>();
    kit.put("version", result.kit().version());
    kit.put("rules", result.kit().rules());
    kit.put("count", result.kit().count());
    Map<String, Object> driver = new LinkedHashMap<>();
    driver.put("id", result.driver().id());
    driver.put("version", result.driver().version());
    driver.put("module", result.driver().module());
    driver.put("spi", result.driver().spi());
    Map<String, Object> harness = new LinkedHashMap<>();
    harness.put("describe", result.harness().describe());
    harness.put("config", result.harness().config());
    Map<String, Object> machine = new LinkedHashMap<>();
    machine.put("kernel", result.machine().kernel());
    machine.put("jdk", result.machine().jdk());
    machine.put("architecture", result.machine().architecture());
    machine.put("device", result.machine().device());
    Map<String, Object> out = new LinkedHashMap<>();
    out.put("kit", kit);
    out.put("spi", result.spi());
    out.put("driver", driver);
    out.put("capabilities", result.capabilities());
    out.put("abilities", result.abilities());
    out.put("harness", harness);
    out.put("machine", machine);
    return out;
  }

  private static String verdict(TckResult result) {
    return result.passed() ? "pass" : "fail";
  }

  private static Map<String, Object> rule(TckResult.RuleResult rule, boolean observations) {
    Map<String, Object> out = new LinkedHashMap<>();
    out.put("id", rule.id());
    out.put("title", rule.title());
    out.put("group", rule.group());
    out.put("need", rule.need());
    out.put("status", rule.status().word());
    out.put("sentence", rule.sentence());
    out.put("seed", rule.seed());
    if (observations) {
      out.put("observations", rule.observations());
    }
    return out;
  }

  private static List<Object> mutants(TckResult result) {
    List<Object> mutants = new ArrayList<>();
    for (TckResult.MutantResult mutant : result.mutants()) {
      Map<String, Object> out = new LinkedHashMap<>();
      out.put("name", mutant.name());
      out.put("rule", mutant.rule());
      out.put("killed", mutant.killed());
      out.put("sentence", mutant.sentence());
      mutants.add(out);
    }
    return mutants;
  }

  private static List<Object> performance(TckResult result) {
    List<Object> figures = new ArrayList<>();
    for (TckResult.Measurement figure : result.performance()) {
      Map<String, Object> out = new LinkedHashMap<>();
      out.put("name", figure.name());
      out.put("value", figure.value());
      out.put("unit", figure.unit());
      figures.add(out);
    }
    return figures;
  }

  private static Map<String, Object> times(TckResult.Times times) {
    Map<String, Object> out = new LinkedHashMap<>();
    out.put("began", times.began().toString());
    out.put("ended", times.ended().toString());
    out.put("nanos", times.nanos());
    return out;
  }
}
