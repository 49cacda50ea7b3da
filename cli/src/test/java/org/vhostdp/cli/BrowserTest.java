package org.vhostdp.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.vhostdp.attest.TckResult;
import org.vhostdp.attest.TckResult.Status;
import org.vhostdp.cli.catalogue.Catalogue;
import org.vhostdp.tck.report.HtmlReport;

/** The pages, opened from their files in a browser without a network. */
@Timeout(120)
final class BrowserTest {
  @TempDir private Path folder;
  private DriverShelf shelf;
  private Path driver;

  @BeforeEach
  void make() throws Exception {
    shelf = new DriverShelf(folder);
    driver = shelf.driver("toy", "1.2.0", "A toy");
  }

  private Chromium open(Path page) throws Exception {
    Chromium shown = Chromium.open(page, folder);
    assertFalse(shown.log().contains("Content Security Policy"), shown::log);
    assertFalse(shown.log().contains("CONSOLE"), shown::log);
    assertFalse(shown.dom().matches("(?s).*(src|href|action)=\"?(https?:|//).*"), shown::dom);
    return shown;
  }

  private Path report(TckResult result) throws Exception {
    return Files.writeString(folder.resolve("report.html"), HtmlReport.of(result));
  }

  @Test
  void theReportOfAFailureIsRead() throws Exception {
    Chromium shown = open(report(shelf.result(driver, Status.FAIL)));
    assertEquals(
        "\u2717 Fail toy 1.2.0 fails: it breaks the rule TX-3; 1 rule was skipped, because it does"
            + " not declare foreign-tx.",
        shown.textOf("id=\"verdict\""));
    assertEquals("Frame 7 came twice &amp; was sent once.", shown.textOf("class=\"seen\""));
    assertEquals("vhost-dp tck run --driver toy --only TX-3@4711", shown.textOf("<pre"));
  }

  @Test
  void theReportOfAPassIsReadAndItsFilterWorksWhereScriptsDo() throws Exception {
    Chromium shown = open(report(shelf.result(driver, Status.PASS)));
    assertTrue(shown.textOf("id=\"verdict\"").startsWith("\u2713 Pass toy 1.2.0 passes: "));
    assertTrue(shown.dom().contains("<div class=\"filter\" data-filter=\"\">"), shown::dom);
    assertFalse(shown.dom().contains("class=\"failure\""), shown::dom);
  }

  @Test
  void whatADriverSaysRunsNothing() throws Exception {
    String sly =
        "</p><script>document.title='owned'</script><img src=x onerror=\"document.title=1\">";
    TckResult result = shelf.result(driver, Status.PASS);
    TckResult.Harness harness = new TckResult.Harness(sly, result.harness().config());
    TckResult told =
        new TckResult(
            result.kit(),
            result.spi(),
            result.driver(),
            result.files(),
            result.capabilities(),
            result.abilities(),
            harness,
            result.machine(),
            result.rules(),
            result.mutants(),
            result.performance(),
            result.passed(),
            result.times());
    Chromium shown = open(report(told));
    assertTrue(shown.textOf("<title").startsWith("toy 1.2.0 passes"), shown::dom);
  }

  @Test
  void theCatalogueIsRead() throws Exception {
    shelf.certify(driver, shelf.result(driver, Status.PASS));
    Path bad = shelf.driver("bad", "2.0.0", "A bad one");
    shelf.certify(bad, shelf.result(bad, Status.FAIL));
    Path site = folder.resolve("site");
    Catalogue.of(shelf.open()).write(site);
    Chromium index = open(site.resolve("index.html"));
    assertTrue(index.dom().contains("2 drivers, 1 of them certified."), index::dom);
    assertTrue(index.dom().contains("<a href=\"drivers/toy.html\">toy</a>"), index::dom);
    Chromium page = open(site.resolve("drivers/bad.html"));
    assertTrue(
        page.textOf("class=\"verdict fail\"").contains("bad 2.0.0 fails: it breaks the rule TX-3"),
        page::dom);
    Chromium report = open(site.resolve("reports/bad-2.0.0.html"));
    assertEquals("Frame 7 came twice &amp; was sent once.", report.textOf("class=\"seen\""));
  }
}
