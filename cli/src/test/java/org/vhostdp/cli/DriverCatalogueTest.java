package org.vhostdp.cli;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.vhostdp.attest.SigningKey;
import org.vhostdp.attest.TckResult.Status;
import org.vhostdp.attest.json.Json;
import org.vhostdp.cli.catalogue.Catalogue;

final class DriverCatalogueTest {
  private static final Pattern LINK = Pattern.compile("(?:href|src)=\"([^\"]*)\"");

  @TempDir private Path folder;
  private DriverShelf shelf;
  private Path site;

  @BeforeEach
  void make() throws Exception {
    shelf = new DriverShelf(folder);
    site = folder.resolve("site");
  }

  private List<String> write() throws Exception {
    return Catalogue.of(shelf.open()).write(site);
  }

  private String page(String name) throws Exception {
    return Files.readString(site.resolve(name));
  }

  private static void assertHolds(String page, String part) {
    assertTrue(page.contains(part), () -> "\"" + part + "\" is not in " + page);
  }

  /** Every file of a folder with its bytes. */
  private static Map<String, byte[]> files(Path folder) throws Exception {
    Map<String, byte[]> files = new TreeMap<>();
    try (Stream<Path> all = Files.walk(folder)) {
      for (Path file : all.filter(Files::isRegularFile).toList()) {
        files.put(folder.relativize(file).toString(), Files.readAllBytes(file));
      }
    }
    return files;
  }

  private static String refused(String... words) {
    Invocation done = Invocation.of(words);
    assertEquals(1, done.code(), done::toString);
    assertFalse(done.err().contains("\tat "), done::err);
    return done.err();
  }

  @Test
  void everyDriverIsListedWithWhatItsCertificateIsWorth() throws Exception {
    Path good = shelf.driver("good", "1.2.0", "A good driver");
    shelf.certify(good, shelf.result(good, Status.PASS));
    Path bad = shelf.driver("bad", "1.0.0", "");
    shelf.certify(bad, shelf.result(bad, Status.FAIL));
    Path strange = shelf.driver("strange", "1.0.0", "");
    shelf.certify(strange, shelf.result(strange, Status.PASS), SigningKey.generate());
    Path altered = shelf.driver("altered", "1.0.0", "");
    shelf.certify(altered, shelf.result(altered, Status.PASS));
    Files.writeString(altered.resolve("lib/altered.jar"), "other bytes");
    shelf.driver("plain", "1.0.0", "");

    List<String> files = write();
    assertEquals(5, files.stream().filter(name -> name.startsWith("drivers/")).count());
    assertHolds(page("drivers/good.html"), "\u2713 certified");
    assertHolds(page("drivers/good.html"), "acme (vendor)");
    assertHolds(page("drivers/good.html"), "good 1.2.0 passes: it keeps every rule that applies;");
    assertHolds(page("drivers/bad.html"), "bad 1.0.0 fails: it breaks the rule TX-3;");
    assertHolds(page("drivers/strange.html"), "\u2013 unknown signer");
    assertHolds(page("drivers/altered.html"), "lib/altered.jar was changed");
    assertFalse(files.contains("reports/altered-1.0.0.html"), files::toString);
    assertHolds(page("drivers/plain.html"), "no certificate");
    assertHolds(page("reports/bad-1.0.0.html"), "Frame 7 came twice &amp; was sent once.");
    assertHolds(page("index.html"), "5 drivers, 1 of them certified.");
    assertHolds(page("index.html"), "<th scope=\"col\">good 1.2.0</th>");
    assertHolds(page("certificates/good-1.2.0.dsse.json"), "\"signatures\"");
  }

  @Test
  void everyLinkLeadsToAFileOfTheSiteAndNoPageTellsWhereDriversLay() throws Exception {
    Path good = shelf.driver("good", "1.2.0", "");
    shelf.certify(good, shelf.result(good, Status.PASS));
    Files.writeString(good.resolve("extra"), "");
    Path other = shelf.driver("good", "1.1.0", "");
    shelf.certify(other, shelf.result(other, Status.PASS));
    for (String name : write()) {
      String text = page(name);
      assertFalse(text.contains(folder.toString()), name);
      for (MatchResult link : LINK.matcher(text).results().toList()) {
        Path target = site.resolve(name).getParent().resolve(link.group(1)).normalize();
        assertTrue(target.startsWith(site) && Files.exists(target), name + ": " + link.group());
      }
    }
  }

  @Test
  void wordsOfADriverAreNeverMarkup() throws Exception {
    shelf.driver("sly", "1.0.0", "<script>alert(1)</script>\\u202e <img src=//evil.example/>");
    write();
    for (String name : List.of("index.html", "drivers/sly.html")) {
      assertHolds(page(name), "&lt;script&gt;alert(1)&lt;/script&gt;");
      assertFalse(page(name).contains("<img") || page(name).contains("\u202e"), page(name));
    }
  }

  @Test
  void writtenAgainItIsReplacedAsAWholeAndTheSameDriversMakeTheSameBytes() throws Exception {
    Path good = shelf.driver("good", "1.2.0", "");
    shelf.certify(good, shelf.result(good, Status.PASS));
    Path gone = shelf.driver("gone", "1.0.0", "");
    write();
    Map<String, byte[]> first = files(site);
    write();
    Map<String, byte[]> second = files(site);
    assertEquals(first.keySet(), second.keySet());
    first.forEach((name, bytes) -> assertArrayEquals(bytes, second.get(name), name));

    Files.move(gone, folder.resolve("elsewhere"));
    write();
    assertFalse(Files.exists(site.resolve("drivers/gone.html")));
    try (Stream<Path> beside = Files.list(folder)) {
      assertEquals(
          "elsewhere shelf site trust",
          beside
              .map(each -> each.getFileName().toString())
              .sorted()
              .collect(Collectors.joining(" ")));
    }
  }

  @Test
  void aFolderThatItDidNotWriteStaysAsItIs() throws Exception {
    String store = shelf.store().toString();
    Files.createDirectory(site);
    Files.writeString(site.resolve("thesis.txt"), "years of work");
    String said = refused("driver", "catalogue", "--html", site.toString(), "--store", store);
    assertHolds(said, site + " holds \"thesis.txt\", and it was not written by this command;");
    assertEquals(List.of("thesis.txt"), List.copyOf(files(site).keySet()));

    Files.delete(site.resolve("thesis.txt"));
    shelf.driver("good", "1.2.0", "");
    write();
    Files.writeString(site.resolve("drivers/notes.txt"), "mine");
    Map<String, byte[]> before = files(site);
    said = refused("driver", "catalogue", "--html", site.toString(), "--store", store);
    assertHolds(said, "holds \"drivers/notes.txt\", and it is no part of the catalogue there;");
    assertEquals(before.keySet(), files(site).keySet());

    Files.delete(site.resolve("drivers/notes.txt"));
    for (String list : List.of("{", "{}", "[[", "{\"maker\":\"another\"}")) {
      Files.writeString(site.resolve("catalogue.json"), list);
      assertThrows(CommandFailed.class, this::write, list);
    }
  }

  @Test
  void whereNoFolderCanBeIsASentence() throws Exception {
    String store = shelf.store().toString();
    Path file = Files.writeString(folder.resolve("file"), "");
    for (Path where : List.of(file, file.resolve("site"), folder.resolve("no/site"))) {
      String said = refused("driver", "catalogue", "--html", where.toString(), "--store", store);
      assertTrue(said.startsWith("vhost-dp: ") && said.contains("folder"), said);
    }
    Invocation none = Invocation.of("driver", "catalogue");
    assertEquals(2, none.code());
    assertHolds(none.err(), "--html");
  }

  @Test
  void theCommandListsWhatItWroteAndWhatItLeftOut() throws Exception {
    shelf.driver("good", "1.2.0", "");
    Files.createDirectory(shelf.store().resolve("broken"));
    String store = shelf.store().toString();
    String[] words = {"driver", "catalogue", "--html", site.toString(), "--store", store};
    Invocation done = Invocation.of(words);
    assertEquals(0, done.code(), done::toString);
    assertHolds(done.out(), "open " + site.resolve("index.html"));
    assertHolds(done.out(), "Left out: The folder " + shelf.store().resolve("broken"));

    Invocation json =
        Invocation.of(Stream.concat(Stream.of(words), Stream.of("--json")).toArray(String[]::new));
    Object read = Json.read(json.out());
    assertEquals(site.toString(), Json.at(read, "folder"));
    for (Object name : Json.array(Json.at(read, "files"))) {
      assertTrue(Files.isRegularFile(site.resolve(name.toString())), name::toString);
    }
    Object driver = Json.array(Json.at(read, "drivers")).getFirst();
    assertEquals("good", Json.at(driver, "id"));
    assertEquals("none", Json.at(driver, "standing"));
  }
}
