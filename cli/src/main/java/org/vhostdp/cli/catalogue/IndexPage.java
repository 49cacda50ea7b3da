package org.vhostdp.cli.catalogue;

import java.util.ArrayList;
import java.util.List;
import org.vhostdp.attest.TckResult;
import org.vhostdp.tck.report.Html;
import org.vhostdp.tck.report.Page;
import org.vhostdp.tck.report.Phrases;

/** All drivers, and what each can do, side by side. */
final class IndexPage {
  private IndexPage() {}

  /**
   * @param drivers the versions of each driver, the one to show first
   */
  static String of(List<List<Listed>> drivers) {
    return Page.of(
        "vhost-dp drivers",
        html -> {
          html.open("header").element("h1", "vhost-dp drivers");
          html.element("p", sentence(drivers)).close();
          html.open("main");
          if (!drivers.isEmpty()) {
            list(html, drivers);
          }
          matrix(html, drivers.stream().map(List::getFirst).toList());
          html.close().open("footer").open("p");
          html.text("Before it loads a driver, vhost-dp verifies its files and its certificate");
          html.text(" with the keys that the operator trusts, whatever a page says.");
          html.close().close();
        });
  }

  private static String sentence(List<List<Listed>> drivers) {
    long certified =
        drivers.stream().filter(v -> v.getFirst().standing() == Standing.CERTIFIED).count();
    return switch (drivers.size()) {
      case 0 -> "There are no drivers here yet.";
      case 1 -> "There is one driver here.";
      default -> Phrases.count(drivers.size(), "driver") + ", " + certified + " of them certified.";
    };
  }

  private static void list(Html html, List<List<Listed>> drivers) {
    html.open("section").element("h2", "Drivers");
    html.table("Drivers and whether they are certified", "Driver", "Conformance");
    for (List<Listed> versions : drivers) {
      Listed first = versions.getFirst();
      html.open("tr").open("th", "scope", "row");
      html.element("a", first.driver().id(), "href", Links.driver(first.driver().id()));
      html.text(" ").text(first.driver().version());
      html.element("span", first.driver().summary(), "class", "small");
      html.element("span", versions(versions), "class", "small").close();
      html.open("td").element("span", first.standing().words(), "class", style(first));
      worth(html, first);
      html.close().close();
    }
    html.endTable().close();
  }

  private static String versions(List<Listed> versions) {
    String spi = "SPI " + versions.getFirst().driver().spi();
    if (versions.size() == 1) {
      return spi;
    }
    List<String> others =
        versions.stream().skip(1).map(each -> each.driver().version().toString()).toList();
    return "%s \u00b7 also %s".formatted(spi, Phrases.list(others));
  }

  private static void worth(Html html, Listed listed) {
    if (!listed.signer().isEmpty()) {
      html.element("span", "by " + listed.signer(), "class", "small");
    }
    if (listed.certificate().isPresent()) {
      html.open("span", "class", "small");
      html.element("a", "report", "href", Links.report(listed)).close();
    }
  }

  static String style(Listed listed) {
    return "mark " + listed.standing().style();
  }

  private static void matrix(Html html, List<Listed> all) {
    List<Listed> tested = all.stream().filter(each -> each.result().isPresent()).toList();
    if (tested.isEmpty()) {
      return;
    }
    html.open("section").element("h2", "Capabilities");
    List<String> columns = new ArrayList<>(List.of("Capability"));
    tested.forEach(each -> columns.add(each.driver().id() + " " + each.driver().version()));
    html.open("div", "class", "matrix");
    html.table("As declared while they were tested", columns.toArray(String[]::new));
    List<TckResult> results = tested.stream().map(each -> each.result().orElseThrow()).toList();
    for (Matrix.Row row : Matrix.of(results)) {
      html.row(row.name(), row.cells().toArray());
    }
    html.endTable().close();
    List<String> others =
        all.stream()
            .filter(each -> each.result().isEmpty())
            .map(each -> each.driver().id())
            .toList();
    if (!others.isEmpty()) {
      String what = "Nothing is known of " + Phrases.list(others) + ": no valid certificate.";
      html.element("p", what, "class", "note");
    }
    html.close();
  }
}
