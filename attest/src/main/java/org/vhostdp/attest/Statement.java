package org.vhostdp.attest;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.vhostdp.attest.json.Json;

/**
 * A result as an in-toto statement, version 1, with a predicate of the type test-result. Two fields
 * of the predicate are this project's own: {@link #FACTS}, the same for the same inputs, and {@link
 * #RUN}, with what differs from run to run.
 */
public final class Statement {
  /** The kind of payload in the envelope. */
  public static final String PAYLOAD_TYPE = "application/vnd.in-toto+json";

  static final String TYPE = "https://in-toto.io/Statement/v1";
  static final String PREDICATE_TYPE = "https://in-toto.io/attestation/test-result/v0.1";

  /** What was tried, where and with what outcome. */
  static final String FACTS = "https://vhostdp.org/attestation/tck/v1";

  /** Times, observations and figures. */
  static final String RUN = "https://vhostdp.org/attestation/tck-run/v1";

  private static final int MOST_FILES = 10_000;
  private static final int MOST_RULES = 10_000;

  private Statement() {}

  /** The statement as UTF-8, keys in order, no white space: the same result, the same bytes. */
  public static byte[] bytes(TckResult result) {
    return bytes(value(result, true));
  }

  /** The statement without times, observations and figures: the same run, the same bytes. */
  public static byte[] reproducible(TckResult result) {
    return bytes(value(result, false));
  }

  private static byte[] bytes(Object value) {
    return Json.line(ordered(value)).getBytes(StandardCharsets.UTF_8);
  }

  private static Object ordered(Object value) {
    return switch (value) {
      case Map<?, ?> map -> {
        Map<String, Object> out = new TreeMap<>();
        map.forEach((key, each) -> out.put(key.toString(), ordered(each)));
        yield out;
      }
      case List<?> list -> list.stream().map(Statement::ordered).toList();
      default -> value;
    };
  }

  private static Map<String, Object> value(TckResult result, boolean run) {
    Map<String, Object> predicate = new LinkedHashMap<>();
    predicate.put("result", outcome(result.passed()));
    predicate.put("configuration", List.of(kit(result.kit())));
    predicate.put("passedTests", ids(result, TckResult.Status.PASS));
    predicate.put("warnedTests", ids(result, TckResult.Status.SKIP));
    predicate.put("failedTests", ids(result, TckResult.Status.FAIL));
    predicate.put(FACTS, ResultJson.facts(result));
    if (run) {
      predicate.put(RUN, ResultJson.run(result));
    }
    List<Object> subject = new ArrayList<>();
    result
        .files()
        .forEach(
            (name, digest) ->
                subject.add(Map.of("name", name, "digest", Map.of("sha256", digest))));
    return Map.of(
        "_type", TYPE,
        "subject", subject,
        "predicateType", PREDICATE_TYPE,
        "predicate", predicate);
  }

  private static Map<String, Object> kit(TckResult.Kit kit) {
    return Map.of(
        "name", "vhost-dp-tck",
        "digest", Map.of("sha256", kit.rules()),
        "annotations", Map.of("version", kit.version()));
  }

  private static String outcome(boolean passed) {
    return passed ? "PASSED" : "FAILED";
  }

  private static List<String> ids(TckResult result, TckResult.Status status) {
    return result.rules().stream()
        .filter(rule -> rule.status() == status)
        .map(TckResult.RuleResult::id)
        .toList();
  }

  /**
   * Reads a statement.
   *
   * @param name what refusals call it
   * @throws Refused if it is no such statement, malformed, or contradicts itself
   */
  public static TckResult parse(byte[] bytes, String name) throws Refused {
    Fields statement = Fields.parse(BoundedFile.text(bytes, "The statement in " + name), name);
    statement.mustBe("_type", TYPE);
    statement.mustBe("predicateType", PREDICATE_TYPE);
    Fields predicate = statement.object("predicate");
    Map<String, Object> whole = new LinkedHashMap<>(predicate.object(FACTS).map());
    Fields run = predicate.object(RUN);
    whole.put("files", files(statement));
    whole.put("rules", withObservations(predicate.object(FACTS), run.object("observations")));
    whole.put("performance", run.map().get("performance"));
    whole.put("times", run.map().get("times"));
    TckResult result = ResultReader.read(new Fields(whole, name, ""));
    predicate.mustBe("result", outcome(result.passed()));
    check(predicate, "passedTests", ids(result, TckResult.Status.PASS));
    check(predicate, "warnedTests", ids(result, TckResult.Status.SKIP));
    check(predicate, "failedTests", ids(result, TckResult.Status.FAIL));
    return result;
  }

  private static Map<String, Object> files(Fields statement) throws Refused {
    Map<String, Object> files = new LinkedHashMap<>();
    for (Fields each : statement.objects("subject", MOST_FILES)) {
      String file = each.text("name");
      if (files.put(file, each.object("digest").text("sha256")) != null) {
        throw each.refused("name", "is there twice");
      }
    }
    return files;
  }

  private static List<Object> withObservations(Fields facts, Fields observations) throws Refused {
    List<Object> rules = new ArrayList<>();
    for (Fields each : facts.objects("rules", MOST_RULES)) {
      Map<String, Object> rule = new LinkedHashMap<>(each.map());
      rule.put("observations", observations.map().getOrDefault(each.text("id"), List.of()));
      rules.add(rule);
    }
    return rules;
  }

  private static void check(Fields predicate, String key, List<String> ids) throws Refused {
    if (!predicate.texts(key).equals(ids)) {
      throw predicate.refused(key, "does not follow from the rules");
    }
  }
}
