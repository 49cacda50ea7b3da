package org.vhostdp.cli.catalogue;

import java.util.List;
import org.vhostdp.attest.Certificate;
import org.vhostdp.attest.TckResult;
import org.vhostdp.tck.report.Html;
import org.vhostdp.tck.report.Page;
import org.vhostdp.tck.report.Phrases;
import org.vhostdp.tck.report.VerdictSentence;

/** One driver with its versions. */
final class DriverPage {
  private static final String UP = "../";

  private DriverPage() {}

  static String of(String id, List<Listed> versions) {
    return Page.of(
        id + " - vhost-dp drivers",
        html -> {
          html.open("header").open("nav", "class", "kicker");
          html.element("a", "vhost-dp drivers", "href", UP + "index.html").close();
          html.element("h1", id);
          html.element("p", versions.getFirst().driver().summary()).close();
          html.open("main");
          versions.forEach(listed -> version(html, listed));
          html.close();
        });
  }

  private static void version(Html html, Listed listed) {
    html.open("section").element("h2", "Version " + listed.driver().version());
    html.open("div", "class", "verdict " + listed.standing().style());
    html.element("span", listed.standing().words(), "class", IndexPage.style(listed));
    listed.result().ifPresent(result -> html.element("p", VerdictSentence.of(result)));
    listed.remarks().forEach(remark -> html.element("p", remark));
    html.close().open("dl", "class", "facts");
    fact(html, "Module", listed.driver().module());
    fact(html, "Built for SPI", listed.driver().spi());
    fact(html, "Signed by", listed.signer().isEmpty() ? "nobody" : listed.signer());
    listed.result().ifPresent(result -> tested(html, result));
    html.close();
    listed.certificate().ifPresent(certificate -> evidence(html, listed, certificate));
    html.close();
  }

  private static void fact(Html html, String name, Object value) {
    html.open("div").element("dt", name).element("dd", value).close();
  }

  private static void tested(Html html, TckResult result) {
    fact(html, "Tested", Phrases.minute(result.times().began()));
    fact(html, "Conformance kit", result.kit().version() + ", SPI " + result.spi());
    fact(html, "Machine", machine(result));
  }

  private static String machine(TckResult result) {
    String where =
        "Linux %s, %s".formatted(result.machine().kernel(), result.machine().architecture());
    String device = result.machine().device();
    return device.isEmpty() ? where : where + ", " + device;
  }

  private static void evidence(Html html, Listed listed, Certificate certificate) {
    TckResult result = certificate.result();
    html.open("p");
    html.element("a", "Conformance report", "href", UP + Links.report(listed));
    html.text(" \u00b7 ");
    html.element("a", "Certificate", "href", UP + Links.certificate(listed)).close();
    html.table("Capabilities, as declared while it was tested", "Capability", "Declared");
    Matrix.of(List.of(result)).forEach(row -> html.row(row.name(), row.cells().getFirst()));
    html.endTable();
    html.table("Files that the certificate is for", "File", "SHA-256");
    result
        .files()
        .forEach(
            (path, digest) -> {
              html.open("tr").element("th", path, "scope", "row");
              html.element("td", digest, "class", "mono digest").close();
            });
    html.endTable();
  }
}
