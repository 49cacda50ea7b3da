package org.vhostdp.bench.result;

import com.google.gson.Gson;
import com.google.gson.GsonBuilder;
import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParseException;
import com.google.gson.JsonPrimitive;
import com.google.gson.JsonSerializer;
import com.google.gson.Strictness;
import java.io.IOException;
import java.math.BigDecimal;
import java.math.MathContext;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;

/**
 * A {@link Result} as a JSON file. Each sample stands on a line of its own, so that two files can
 * be compared with diff.
 */
public final class ResultFile {
  /** Of a value: more than any of these measurements can repeat. */
  private static final MathContext DIGITS = new MathContext(6);

  private static final JsonSerializer<Double> NUMBER = (value, type, context) -> number(value);

  private static final Gson GSON =
      new GsonBuilder()
          .disableHtmlEscaping()
          .setStrictness(Strictness.STRICT)
          .registerTypeAdapter(Double.class, NUMBER)
          .registerTypeAdapter(double.class, NUMBER)
          .create();

  private ResultFile() {}

  /**
   * Writes a result, and the folders above it. Values are rounded to six digits; those that are no
   * numbers (NaN, infinite) are left out, as if they could not be had.
   */
  public static void write(Path file, Result result) throws IOException {
    Path folder = file.toAbsolutePath().getParent();
    Files.createDirectories(folder);
    StringBuilder out = new StringBuilder();
    print(GSON.toJsonTree(clean(result)), 0, out);
    Files.writeString(file, out.append('\n'));
  }

  /**
   * Reads what {@link #write} wrote.
   *
   * @throws IOException in a sentence that names the file, if it is missing, broken, of another
   *     schema, or lacks anything
   */
  public static Result read(Path file) throws IOException {
    try {
      String text = Files.readString(file);
      JsonObject json = GSON.fromJson(text, JsonObject.class);
      if (json == null) {
        throw new IOException(file + " is empty. Measure again, or remove it.");
      }
      checkSchema(file, json);
      Result result = GSON.fromJson(text, Result.class);
      String missing = missing(result);
      if (!missing.isEmpty()) {
        throw new IOException(
            file + " is not a whole result: " + missing + ". Measure again, or remove it.");
      }
      return result;
    } catch (NoSuchFileException e) {
      throw new IOException("There is no result file " + file + ".", e);
    } catch (CharacterCodingException e) {
      throw new IOException(file + " is not UTF-8 text. Measure again, or remove it.", e);
    } catch (JsonParseException | NumberFormatException e) {
      throw new IOException(
          file + " is not a result file: " + reason(e) + ". Measure again, or remove it.", e);
    }
  }

  private static void checkSchema(Path file, JsonObject json) throws IOException {
    JsonElement schema = json.get("schema");
    if (schema == null || !schema.toString().equals("" + Result.SCHEMA)) {
      throw new IOException(
          "%s has schema %s, but this program reads %d. Measure again, or remove it."
              .formatted(file, schema == null ? "none" : schema, Result.SCHEMA));
    }
  }

  private static String reason(RuntimeException failure) {
    String text = failure.getMessage() == null ? "" : failure.getMessage();
    int end = text.indexOf('\n');
    return (end < 0 ? text : text.substring(0, end)).replaceFirst("^[\\w.]+Exception: ", "");
  }

  /** What the file left out: Gson makes it null. Empty if there is nothing. */
  private static String missing(Result result) {
    List<Object> parts = new ArrayList<>();
    parts.add(result.suite());
    parts.add(result.title());
    parts.add(result.command());
    parts.add(result.date());
    parts.add(result.commit());
    parts.add(result.machine());
    parts.add(result.settings());
    parts.add(result.subject());
    parts.add(result.metrics());
    parts.add(result.rows());
    parts.add(result.notes());
    if (parts.contains(null)) {
      return "one of its parts is missing";
    }
    Machine machine = result.machine();
    if (machine.cpu() == null
        || machine.kernel() == null
        || machine.jdk() == null
        || machine.dpdk() == null) {
      return "its machine lacks something";
    }
    for (Metric metric : result.metrics()) {
      if (metric == null || metric.key() == null || metric.title() == null) {
        return "a metric has no key or no title";
      }
      if (metric.unit() == null || !(metric.scale() > 0)) {
        return "the metric \"" + metric.key() + "\" has no unit or no scale";
      }
    }
    return missing(result.rows());
  }

  private static String missing(List<Row> rows) {
    for (Row row : rows) {
      if (row == null
          || row.name() == null
          || row.parameters() == null
          || row.samples() == null
          || row.notes() == null) {
        return "a row has no name, parameters, samples or notes";
      }
      for (Sample sample : row.samples()) {
        if (sample == null || sample.side() == null || sample.values() == null) {
          return "the row \"" + row.name() + "\" has a sample without side or values";
        }
      }
    }
    return "";
  }

  private static Result clean(Result result) {
    List<Row> rows = new ArrayList<>();
    for (Row row : result.rows()) {
      List<Sample> samples =
          row.samples().stream()
              .map(
                  sample ->
                      new Sample(sample.side(), sample.round(), values(sample, result.metrics())))
              .toList();
      rows.add(new Row(row.name(), row.parameters(), samples, row.notes()));
    }
    return new Result(
        result.schema(),
        result.suite(),
        result.title(),
        result.command(),
        result.date(),
        result.commit(),
        result.machine(),
        result.settings(),
        result.subject(),
        result.metrics(),
        rows,
        result.notes());
  }

  /** Those that are numbers: first the metrics', in their order, then others by name. */
  private static Map<String, Double> values(Sample sample, List<Metric> metrics) {
    Set<String> keys = new LinkedHashSet<>();
    metrics.forEach(metric -> keys.add(metric.key()));
    keys.addAll(new TreeSet<>(sample.values().keySet()));
    Map<String, Double> kept = new LinkedHashMap<>();
    for (String key : keys) {
      Double value = sample.values().get(key);
      if (value != null && Double.isFinite(value)) {
        kept.put(key, value);
      }
    }
    return kept;
  }

  private static JsonPrimitive number(double value) {
    BigDecimal rounded = new BigDecimal(value).round(DIGITS).stripTrailingZeros();
    boolean plain = rounded.scale() <= 12 && rounded.scale() >= -15;
    return new JsonPrimitive(plain ? new BigDecimal(rounded.toPlainString()) : rounded);
  }

  /** One line for each member, except that what lies deeper and holds no list is one line. */
  private static void print(JsonElement json, int depth, StringBuilder out) {
    List<String> keys = new ArrayList<>();
    List<JsonElement> parts = new ArrayList<>();
    boolean list = json.isJsonArray();
    if (list) {
      parts.addAll(json.getAsJsonArray().asList());
    } else if (json.isJsonObject() && !(depth >= 2 && flat(json))) {
      keys.addAll(json.getAsJsonObject().keySet());
      parts.addAll(json.getAsJsonObject().asMap().values());
    }
    if (parts.isEmpty()) {
      out.append(line(json));
      return;
    }
    out.append(list ? "[" : "{");
    for (int i = 0; i < parts.size(); i++) {
      out.append(i == 0 ? "\n" : ",\n").repeat(' ', 2 * depth + 2);
      out.append(list ? "" : GSON.toJson(keys.get(i)) + ": ");
      print(parts.get(i), depth + 1, out);
    }
    out.append('\n').repeat(' ', 2 * depth).append(list ? "]" : "}");
  }

  private static boolean flat(JsonElement json) {
    return json.isJsonPrimitive()
        || json.isJsonObject()
            && json.getAsJsonObject().asMap().values().stream().allMatch(ResultFile::flat);
  }

  private static String line(JsonElement json) {
    if (json instanceof JsonObject object) {
      return object.entrySet().stream()
          .map(part -> GSON.toJson(part.getKey()) + ": " + line(part.getValue()))
          .collect(Collectors.joining(", ", "{", "}"));
    }
    return json instanceof JsonArray ? "[]" : GSON.toJson(json);
  }
}
