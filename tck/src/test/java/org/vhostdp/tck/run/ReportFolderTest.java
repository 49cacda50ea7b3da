package org.vhostdp.tck.run;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.vhostdp.attest.Machine;
import org.vhostdp.attest.TckResult;
import org.vhostdp.attest.TckResult.RuleResult;
import org.vhostdp.attest.TckResult.Status;
import org.vhostdp.tck.report.JUnitXml;
import org.vhostdp.tck.rule.Outcome;

/** What is written about a run. */
final class ReportFolderTest {
  @TempDir private Path folder;

  private static TckResult result() {
    return new TckResult(
        KitVersion.of(ToyRules.book().rules()),
        "0.1",
        new TckResult.Driver("toy", "1.0", "org.toy", "[1.0,2.0)"),
        new TreeMap<>(),
        new TreeMap<>(Map.of("mtu", "68-1500")),
        List.of(),
        new TckResult.Harness("a wire", new TreeMap<>()),
        Machine.here(""),
        List.of(
            rule("TX-1", "transmit", Status.PASS, ""),
            rule("TX-2", "transmit", Status.FAIL, "<&\"> and \u0000 it\nfailed"),
            rule("RX-8", "receive", Status.SKIP, "The driver does not declare x.")),
        List.of(
            new TckResult.MutantResult("is seen", "TX-1", true, "s"),
            new TckResult.MutantResult("is unseen", "TX-1", false, "not seen")),
        List.of(),
        false,
        new TckResult.Times(
            Instant.EPOCH, Instant.EPOCH, new TreeMap<>(Map.of("TX-1", 1_500_000_000L))));
  }

  private static RuleResult rule(String id, String group, Status status, String sentence) {
    return new RuleResult(id, "title", group, "", status, sentence, 5, List.of("seen"));
  }

  @Test
  void everyFileIsWrittenAndNothingElse() throws Exception {
    Path report = folder.resolve("a/b");
    new ReportFolder(report).write(result());
    new ReportFolder(report).write(result());
    try (Stream<Path> files = Files.list(report)) {
      assertEquals(
          new TreeSet<>(List.of("junit.xml", "report.html", "result.json")),
          new TreeSet<>(files.map(file -> file.getFileName().toString()).toList()));
    }
    assertEquals(result(), TckResult.read(report.resolve("result.json")));
  }

  @Test
  void aFolderThatCannotBeWrittenIsRefusedBeforeTheRun() throws Exception {
    Path file = Files.createFile(folder.resolve("file"));
    KitRefused refused = assertThrows(KitRefused.class, () -> new ReportFolder(file));
    assertTrue(refused.getMessage().contains("is a file; name a folder"), refused.getMessage());
    Path proc = Path.of("/proc/self/report");
    KitRefused kernel = assertThrows(KitRefused.class, () -> new ReportFolder(proc));
    assertTrue(kernel.getMessage().contains("/proc/self/report no file can be written"));
  }

  @Test
  void buildServersReadEveryRule() {
    String xml = JUnitXml.of(result());
    assertTrue(xml.startsWith("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites "), xml);
    assertTrue(xml.contains("tests=\"5\" failures=\"2\" errors=\"0\" skipped=\"1\""), xml);
    assertTrue(
        xml.contains("<testsuite name=\"transmit\" tests=\"2\" failures=\"1\" errors=\"0\""), xml);
    assertTrue(
        xml.contains("<testcase classname=\"toy.transmit\" name=\"TX-1 title\" time=\"1.500\">"),
        xml);
    assertTrue(
        xml.contains("<failure message=\"&lt;&amp;&quot;&gt; and \uFFFD it&#10;failed\""), xml);
    assertTrue(xml.contains("<skipped message=\"The driver does not declare x.\"/>"), xml);
    assertTrue(xml.contains("<system-out>seed 5&#10;seen</system-out>"), xml);
    assertTrue(xml.contains("<failure message=\"not seen\""), xml);
    assertEquals(2, xml.split("</testsuite>", -1).length - 1 - 1, xml);
  }

  @Test
  void progressIsALineForEachRule() {
    StringWriter text = new StringWriter();
    LineProgress progress = new LineProgress(new PrintWriter(text));
    Outcome bad =
        new Outcome("TOY-9", Outcome.Status.FAIL, "\u001b[2J it failed", 5, List.of(), 20_000_000);
    progress.begins("toy 1.0", "a wire", 7, 14);
    progress.group(ToyRules.book().rule("TOY-9").group(), 3);
    progress.rule(ToyRules.book().rule("TOY-9"), bad, 3, 3);
    assertTrue(text.toString().contains("driver toy 1.0 on a wire: 14 rules, seed 7\n"));
    assertTrue(
        text.toString().contains("\nreceive\n    3/3  FAIL  TOY-9      title of TOY-9 (0.02 s)\n"),
        text::toString);
    assertTrue(text.toString().contains(" it failed\n"));
    assertFalse(text.toString().contains("\u001b"));
  }
}
