package org.vhostdp.tck.run;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.vhostdp.attest.json.Json;
import org.vhostdp.tck.rule.Outcome;
import org.vhostdp.tck.rule.Rule;

/** Outcomes between the processes of a run, and those of rules that never came to an end. */
final class Outcomes {
  private Outcomes() {}

  static Map<String, Object> json(Outcome outcome) {
    Map<String, Object> out = new LinkedHashMap<>();
    out.put("rule", outcome.rule());
    out.put("status", outcome.status().name());
    out.put("sentence", outcome.sentence());
    out.put("seed", outcome.seed());
    out.put("observations", outcome.observations());
    out.put("nanos", outcome.nanos());
    return out;
  }

  /** The outcome that an answer holds, or null if it holds none of this rule and seed. */
  static Outcome read(Object json, Rule rule, long seed) {
    Object status = Json.at(json, "status");
    if (!rule.id().equals(Json.at(json, "rule")) || seed != Json.number(Json.at(json, "seed"))) {
      return null;
    }
    for (Outcome.Status known : Outcome.Status.values()) {
      if (known.name().equals(status)) {
        return new Outcome(
            rule.id(),
            known,
            String.valueOf(Json.at(json, "sentence")),
            seed,
            Survey.texts(Json.at(json, "observations")),
            Json.number(Json.at(json, "nanos")));
      }
    }
    return null;
  }

  static Outcome failed(Rule rule, long seed, String sentence, long nanos) {
    return new Outcome(rule.id(), Outcome.Status.FAIL, sentence, seed, List.of(), nanos);
  }
}
