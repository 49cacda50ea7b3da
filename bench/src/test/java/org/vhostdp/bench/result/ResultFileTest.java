package org.vhostdp.bench.result;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ResultFileTest {
  @TempDir Path folder;
  private Path file;

  @BeforeEach
  void name() {
    file = folder.resolve("new/peers.json");
  }

  private static Result result(Sample... samples) {
    Map<String, String> settings = new LinkedHashMap<>();
    settings.put("windows", "2 <of> \"each\" side");
    settings.put("back-end", "core 0");
    return new Result(
        Result.SCHEMA,
        "peers",
        "Peers",
        "bench/run peers",
        "2026-11-22T18:00:00Z",
        "a51402f012",
        new Machine("CPU", 2, 8_123_456_512L, true, "6.18", "25.0.3", ""),
        settings,
        "vhost-dp",
        List.of(
            new Metric("pps", "delivered", "Mpps", 1e6, true),
            new Metric("busy", "busy", "ns/frame", 1, false)),
        List.of(
            new Row("a", Map.of("ring", "split"), List.of(samples), List.of("A note.", "B.")),
            new Row("empty", Map.of(), List.of(), List.of())),
        List.of());
  }

  private static Sample sample(double pps) {
    return new Sample("vhost-dp", 3, Map.of("pps", pps));
  }

  private String read(String text) throws IOException {
    Files.createDirectories(file.getParent());
    Files.writeString(file, text);
    String message = assertThrows(IOException.class, () -> ResultFile.read(file)).getMessage();
    assertTrue(message.contains(file.toString()), message);
    assertTrue(message.endsWith("."), message);
    return message;
  }

  private String written(Result result) throws IOException {
    ResultFile.write(file, result);
    return Files.readString(file);
  }

  @Test
  void whatIsWrittenIsRead() throws IOException {
    Result result = result(sample(19.1e6), sample(0.25), sample(0), sample(-3));
    ResultFile.write(file, result);
    assertEquals(result, ResultFile.read(file));
  }

  @Test
  void eachSampleAndEachMetricIsALine() throws IOException {
    String text = written(result(sample(1), sample(2)));
    assertTrue(
        text.contains("        {\"side\": \"vhost-dp\", \"round\": 3, \"values\": {\"pps\": 2}}\n"),
        text);
    assertTrue(
        text.contains(
            "    {\"key\": \"pps\", \"title\": \"delivered\", \"unit\": \"Mpps\","
                + " \"scale\": 1000000, \"higherIsBetter\": true},\n"),
        text);
    assertTrue(text.contains("  \"settings\": {\n    \"windows\": \"2 <of> "), text);
    assertTrue(text.contains("      \"parameters\": {\"ring\": \"split\"},\n"), text);
    assertTrue(text.endsWith("\n}\n"), text);
  }

  @Test
  void valuesStandInTheOrderOfMetricsThenByName() throws IOException {
    Map<String, Double> values = new LinkedHashMap<>();
    for (String key : List.of("zeta", "busy", "alpha", "pps")) {
      values.put(key, 1.0);
    }
    String text = written(result(new Sample("s", 0, values)));
    assertTrue(text.contains("{\"pps\": 1, \"busy\": 1, \"alpha\": 1, \"zeta\": 1}"), text);
  }

  @ParameterizedTest
  @CsvSource({
    "19123456.789, 19123500",
    "0.1234567891, 0.123457",
    "1, 1",
    "0.1, 0.1",
    "-2.5, -2.5",
    "123456, 123456",
    "3e300, 3E+300",
    "0.0000012, 0.0000012"
  })
  void valuesHaveSixDigits(double value, String text) throws IOException {
    assertTrue(written(result(sample(value))).contains("{\"pps\": " + text + "}"));
    assertEquals(
        Double.parseDouble(text),
        ResultFile.read(file).rows().getFirst().samples().getFirst().values().get("pps"));
  }

  @Test
  void wholeNumbersThatAreNoValuesKeepAllDigits() throws IOException {
    assertTrue(written(result()).contains("\"memoryBytes\": 8123456512"));
  }

  @Test
  void whatIsNoNumberIsLeftOut() throws IOException {
    Map<String, Double> values = new HashMap<>();
    values.put("pps", Double.NaN);
    values.put("busy", Double.POSITIVE_INFINITY);
    values.put("lost", null);
    values.put("kept", 4.0);
    ResultFile.write(file, result(new Sample("s", 0, values)));
    assertEquals(
        Map.of("kept", 4.0), ResultFile.read(file).rows().getFirst().samples().getFirst().values());
  }

  @ParameterizedTest
  @ValueSource(strings = {"{\"schema\": 1", "[]", "nonsense", "{\"schema\": 1} x", "{'schema': 1}"})
  void brokenJsonIsRefused(String text) throws IOException {
    assertTrue(read(text).contains(" is not a result file: "));
  }

  @Test
  void anEmptyFileIsRefused() throws IOException {
    assertTrue(read("").contains(" is empty"));
  }

  @Test
  void anotherSchemaIsRefused() throws IOException {
    String text = written(result(sample(1)));
    assertTrue(read(text.replace("\"schema\": 1", "\"schema\": 2")).contains("has schema 2, "));
    assertTrue(read("{}").contains("has schema none, "));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "machine",
        "kernel",
        "parameters",
        "rows",
        "samples",
        "side",
        "scale",
        "unit",
        "notes",
        "subject"
      })
  void aMissingPartIsRefused(String part) throws IOException {
    String text = written(result(sample(1)));
    String message = read(text.replace("\"" + part + "\"", "\"unknown_" + part + "\""));
    assertTrue(message.contains("is not a whole result"), message);
  }

  @Test
  void aValueThatIsNoNumberIsRefused() throws IOException {
    String text = written(result(sample(1)));
    assertTrue(read(text.replace("{\"pps\": 1}", "{\"pps\": NaN}")).contains("not a result file"));
    assertTrue(
        read(text.replace("{\"pps\": 1}", "{\"pps\": \"x\"}")).contains("not a result file"));
  }

  @Test
  void bytesThatAreNoTextAreRefused() throws IOException {
    Files.createDirectories(file.getParent());
    Files.write(file, new byte[] {(byte) 0xff, (byte) 0xfe, 0});
    String message = assertThrows(IOException.class, () -> ResultFile.read(file)).getMessage();
    assertTrue(message.contains(file + " is not UTF-8 text"), message);
  }

  @Test
  void aMissingFileIsNamed() {
    String message = assertThrows(IOException.class, () -> ResultFile.read(file)).getMessage();
    assertEquals("There is no result file " + file + ".", message);
    assertFalse(Files.exists(file));
  }
}
