package org.vhostdp.tck.report;

import java.util.List;
import org.vhostdp.attest.Machine;
import org.vhostdp.attest.TckResult;
import org.vhostdp.attest.TckResult.Measurement;
import org.vhostdp.attest.TckResult.MutantResult;

/** What was tested, with what, and where. */
final class FactSections {
  private FactSections() {}

  static void write(Html html, TckResult result) {
    capabilities(html, result);
    files(html, result);
    mutants(html, result.mutants());
    wire(html, result.harness());
    machine(html, result.machine());
    performance(html, result.performance());
  }

  private static void capabilities(Html html, TckResult result) {
    html.open("section").element("h2", "Capabilities");
    html.table("What the open port declared", "Capability", "Declared");
    result.capabilities().forEach(html::row);
    html.endTable();
    if (!result.abilities().isEmpty()) {
      html.element("p", "Declared, and therefore tried: " + Phrases.list(result.abilities()) + ".");
    }
    html.close();
  }

  private static void files(Html html, TckResult result) {
    html.open("section").element("h2", "Files");
    html.table("What was tested, byte by byte: the driver's folder", "File", "SHA-256");
    result
        .files()
        .forEach(
            (path, digest) -> {
              html.open("tr").element("th", path, "scope", "row");
              html.element("td", digest, "class", "mono digest").close();
            });
    html.endTable().close();
  }

  private static void mutants(Html html, List<MutantResult> mutants) {
    List<MutantResult> killed = mutants.stream().filter(MutantResult::killed).toList();
    if (killed.isEmpty()) {
      return;
    }
    html.open("section").element("h2", "Mutants caught");
    html.element(
        "p",
        "Drivers broken on purpose, tried on the same wire: each has to be caught by the rule that"
            + " it breaks, or the wire proves nothing.");
    html.open("details").open("summary");
    html.element("span", Phrases.count(killed.size(), "mutant"), "class", "name").close();
    html.table("What the tests said about them", "Rule", "Mutant", "What the test said");
    killed.forEach(mutant -> html.row(mutant.rule(), mutant.name(), mutant.sentence()));
    html.endTable().close().close();
  }

  private static void wire(Html html, TckResult.Harness harness) {
    html.open("section").element("h2", "Wire");
    html.element("p", harness.describe());
    if (!harness.config().isEmpty()) {
      html.table("The driver's configuration, secrets left out", "Key", "Value");
      harness.config().forEach(html::row);
      html.endTable();
    }
    html.close();
  }

  private static void machine(Html html, Machine machine) {
    html.open("section").element("h2", "Machine");
    html.open("dl", "class", "facts");
    fact(html, "Kernel", machine.kernel());
    fact(html, "Java", machine.jdk());
    fact(html, "Architecture", machine.architecture());
    fact(html, "Device", machine.device());
    html.close().close();
  }

  /** A fact in a list of facts; nothing if there is none. */
  static void fact(Html html, String name, String value) {
    if (!value.isEmpty()) {
      html.open("div").element("dt", name).element("dd", value).close();
    }
  }

  private static void performance(Html html, List<Measurement> figures) {
    if (figures.isEmpty()) {
      return;
    }
    html.open("section").element("h2", "Performance note");
    html.element("p", "Measured on the machine above; no part of the verdict.", "class", "note");
    html.table("Figures", "What", "How much");
    for (Measurement each : figures) {
      html.row(each.name(), (Phrases.figure(each.value()) + " " + each.unit()).strip());
    }
    html.endTable().close();
  }
}
