package org.vhostdp.bench.report;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.StringReader;
import java.util.Map;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Test;
import org.w3c.dom.Document;
import org.w3c.dom.Element;
import org.xml.sax.InputSource;

class FlameGraphTest {
  private static Document parsed(String svg) throws Exception {
    return DocumentBuilderFactory.newInstance()
        .newDocumentBuilder()
        .parse(new InputSource(new StringReader(svg)));
  }

  @Test
  void aBoxIsAsWideAsItsSamplesAndCallersHoldTheirCallees() throws Exception {
    String svg = FlameGraph.svg("two paths", Map.of("run;copy", 30L, "run;read", 10L));
    Document page = parsed(svg);
    assertEquals(4, page.getElementsByTagName("g").getLength(), "all, run, copy, read");
    assertTrue(svg.contains("<title>run: 40 samples, 100.0 %</title>"), svg);
    assertTrue(svg.contains("<title>copy: 30 samples, 75.0 %</title>"), svg);
    Element copy = box(page, "copy");
    Element read = box(page, "read");
    assertEquals(899.0, Double.parseDouble(copy.getAttribute("width")), 0.1);
    assertEquals(900.0, Double.parseDouble(read.getAttribute("x")), 0.1);
    assertEquals(copy.getAttribute("y"), read.getAttribute("y"));
  }

  private static Element box(Document page, String name) {
    for (int i = 0; i < page.getElementsByTagName("g").getLength(); i++) {
      Element group = (Element) page.getElementsByTagName("g").item(i);
      String title = group.getElementsByTagName("title").item(0).getTextContent();
      if (title.startsWith(name + ":")) {
        return (Element) group.getElementsByTagName("rect").item(0);
      }
    }
    throw new AssertionError("no box " + name);
  }

  @Test
  void namesAreEscapedAndNothingIsDrawnWithoutSamples() throws Exception {
    assertTrue(FlameGraph.svg("a", Map.of("<init>", 1L)).contains("&lt;init&gt;: 1 samples"));
    String empty = FlameGraph.svg("none & nothing", Map.of());
    parsed(empty);
    assertTrue(empty.contains("none &amp; nothing"));
    assertFalse(empty.contains("<g>"));
  }
}
