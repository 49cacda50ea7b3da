package org.vhostdp.bench.report;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;

/** docs/performance.md and its charts are what the committed result files give. */
class CommittedPageTest {
  @Test
  void theCommittedPageIsUpToDate() {
    Path root = Path.of("").toAbsolutePath().getParent();
    assertTrue(Files.exists(root.resolve("bench/results/peers.json")), "no results in " + root);
    StringWriter said = new StringWriter();
    int code =
        new CommandLine(new ReportCommand())
            .setErr(new PrintWriter(said, true))
            .execute(
                "--check",
                "--results",
                root.resolve("bench/results").toString(),
                "--out",
                root.resolve("docs/performance.md").toString());
    assertEquals(0, code, said.toString());
  }
}
