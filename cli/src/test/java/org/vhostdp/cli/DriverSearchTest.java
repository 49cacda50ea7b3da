package org.vhostdp.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.vhostdp.attest.TckResult.Status;
import org.vhostdp.attest.json.Json;

/** {@code vhost-dp driver search}: what catalogues say. */
final class DriverSearchTest {
  private static final String TOY =
      """
      {"drivers": [
        {"id": "toy", "version": "1.3.0", "spi": "[1.0,2.0)", "summary": "A toy",
         "coordinates": "org.example:driver-toy:zip:1.3.0"},
        {"id": "old", "version": "0.9.0", "spi": "[0.0,0.1)", "file": "packages/old-0.9.0.zip"}]}
      """;

  @TempDir private Path temp;
  private Path config;

  @BeforeEach
  void empty() throws Exception {
    config = Files.writeString(temp.resolve("empty.toml"), "");
  }

  private Invocation search(String... words) {
    List<String> line = new ArrayList<>(List.of("driver", "search"));
    line.addAll(List.of(words));
    if (!line.contains("--config")) {
      line.addAll(List.of("--config", config.toString()));
    }
    return Invocation.of(line.toArray(String[]::new));
  }

  private String found(String... words) {
    Invocation done = search(words);
    assertEquals(0, done.code(), done::toString);
    assertEquals("", done.err());
    return done.out();
  }

  private void refused(int code, String sentence, String... words) {
    Invocation done = search(words);
    assertEquals(code, done.code(), done::toString);
    assertTrue(done.err().startsWith("vhost-dp: " + sentence), done::err);
    assertFalse(done.err().contains("\tat "), done::err);
    assertEquals("", done.out());
  }

  private Path repository(String text) throws Exception {
    Path folder = Files.createTempDirectory(temp, "repository");
    Files.writeString(folder.resolve("catalogue.json"), text);
    return folder;
  }

  @Test
  void whatDriverCatalogueWroteIsRead() throws Exception {
    DriverShelf shelf = new DriverShelf(temp);
    Path good = shelf.driver("good", "1.2.0", "Good for nothing");
    shelf.certify(good, shelf.result(good, Status.PASS));
    shelf.driver("plain", "1.0.0", "");
    Path site = temp.resolve("site");
    Invocation written =
        Invocation.of(
            "driver",
            "catalogue",
            "--html",
            site.toString(),
            "--store",
            shelf.store().toString(),
            "--json");
    assertEquals(0, written.code(), written::toString);
    Object list = Json.read(Files.readString(site.resolve("catalogue.json")));
    assertEquals(
        Json.at(Json.read(written.out()), "drivers"), Json.at(list, "drivers"), "one format");

    String[] lines = found("--catalogue", site.toString()).split("\n");
    assertEquals(3, lines.length);
    assertTrue(lines[0].startsWith("DRIVER  VERSION  SPI "), lines[0]);
    assertTrue(
        lines[1].matches("good +1\\.2\\.0 +\\[1\\.0,2\\.0\\) +untrusted +Good for .*-"), lines[1]);
    assertTrue(lines[2].matches("plain +1\\.0\\.0 .* none .*-"), lines[2]);
    assertEquals(String.join("\n", lines) + "\n", found("--catalogue", site.toUri().toString()));
    assertEquals(2, found("--catalogue", site.toString(), "NOTHING").split("\n").length);
  }

  @Test
  void repositoriesOfTheConfigurationAreAskedUnlessACatalogueIsNamed() throws Exception {
    Path repository = repository(TOY);
    Path file =
        Files.writeString(
            temp.resolve("market.toml"),
            "[market]\nrepositories = [\"" + repository.toUri() + "\"]\n");
    assertTrue(found("--config", file.toString()).contains("org.example:driver-toy:zip:1.3.0"));
    Path other = repository("{\"drivers\": []}");
    String none = found("--config", file.toString(), "--catalogue", other.toString());
    assertEquals(1, none.split("\n").length, none);
    String both =
        found("--catalogue", other.toString(), "--repository", repository.toString(), "toy");
    assertEquals(2, both.split("\n").length, both);
  }

  @Test
  void aFileLiesBelowItsCatalogueHoweverThatIsWritten() throws Exception {
    Path repository = repository(TOY);
    String url = repository.toUri().toString();
    for (String where : List.of(repository.toString(), url, url.replaceAll("/$", ""))) {
      Object offers = Json.read(found("old", "--catalogue", where, "--json"));
      Object old = Json.array(offers).getFirst();
      assertEquals(repository.resolve("packages/old-0.9.0.zip").toString(), Json.at(old, "source"));
      assertEquals(false, Json.at(old, "fits"));
      assertEquals("", Json.at(old, "summary"));
    }
    assertTrue(found("--catalogue", url).contains("[0.0,0.1) (not this one)"));
  }

  static Stream<Arguments> texts() {
    String driver = "{\"drivers\": [{\"id\": \"toy\", \"version\": \"%s\", \"spi\": \"%s\"%s}]}";
    return Stream.of(
        Arguments.of("", "malformed: "),
        Arguments.of("{\"drivers\": [", "malformed: "),
        Arguments.of("[]", "malformed: it has no list \"drivers\"."),
        Arguments.of("{\"drivers\": {}}", "malformed: it has no list \"drivers\"."),
        Arguments.of("{\"drivers\": [1]}", "malformed: one of its drivers is no object."),
        Arguments.of("{\"drivers\": [{}]}", "malformed: one of its drivers has no text \"id\"."),
        Arguments.of(driver.formatted("new", "[1.0,2.0)", ""), "malformed: \"new\" is not a"),
        Arguments.of(driver.formatted("1.0", "0.1", ""), "malformed: "),
        Arguments.of(
            driver.formatted("1.0", "[1.0,2.0)", ", \"file\": \"../toy.zip\""),
            "malformed: its file \"../toy.zip\" does not lie below it."),
        Arguments.of(
            driver.formatted("1.0", "[1.0,2.0)", ", \"file\": \"https://evil.example/x\""),
            "malformed: its file \"https://evil.example/x\" does not lie below it."),
        Arguments.of(driver.formatted("1.0", "[1.0,2.0)", ", \"file\": \"a b\""), "malformed: "));
  }

  @ParameterizedTest
  @MethodSource("texts")
  void aCatalogueThatIsNone(String text, String sentence) throws Exception {
    Path repository = repository(text);
    String where = repository.toUri() + "catalogue.json";
    for (String option : List.of("--catalogue", "--repository")) {
      refused(
          1, "The catalogue " + where + " is " + sentence, option, repository.toUri().toString());
    }
  }

  @Test
  void cataloguesThatAreNotThere() throws Exception {
    refused(2, "No repository is known. Name one with --repository,");
    for (String option : List.of("--catalogue", "--repository")) {
      for (String where : List.of("/none", "http://repo.example", "x:y", "")) {
        refused(2, option + " " + where + " is neither a folder nor a file:", option, where);
      }
      refused(1, "The catalogue file:/none/catalogue.json cannot be read: ", option, "file:/none");
      refused(
          1,
          "The catalogue " + temp.toUri() + "catalogue.json cannot be read: ",
          option,
          temp.toString());
    }
    Path large = repository(" ".repeat((8 << 20) + 1));
    refused(
        1,
        "The catalogue " + large.toUri() + "catalogue.json is larger than 8388608 bytes.",
        "--catalogue",
        large.toString());
  }

  @Test
  void wordsOfACatalogueSteerNoTerminal() throws Exception {
    Path repository =
        repository(TOY.replace("A toy", "A \\u001b[2J toy").replace("org.ex", "\\u202eorg.ex"));
    String shown = found("--catalogue", repository.toString());
    assertTrue(shown.chars().noneMatch(c -> c == 0x1b || c == 0x202e), shown);
  }
}
