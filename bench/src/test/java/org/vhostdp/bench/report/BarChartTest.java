package org.vhostdp.bench.report;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.vhostdp.bench.report.HandMade.OURS;
import static org.vhostdp.bench.report.HandMade.PEER;
import static org.vhostdp.bench.report.HandMade.PPS;
import static org.vhostdp.bench.report.HandMade.join;
import static org.vhostdp.bench.report.HandMade.row;

import java.io.StringReader;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Test;
import org.vhostdp.bench.result.Result;
import org.vhostdp.bench.result.Row;
import org.w3c.dom.Document;
import org.w3c.dom.Element;
import org.w3c.dom.NodeList;
import org.xml.sax.InputSource;

class BarChartTest {
  private static Document parse(Result result) throws Exception {
    return DocumentBuilderFactory.newInstance()
        .newDocumentBuilder()
        .parse(new InputSource(new StringReader(BarChart.of(result, PPS))));
  }

  private static Result of(Row... rows) {
    return HandMade.result("s", "t", List.of(PPS), List.of(rows), List.of());
  }

  private static List<Element> ofClass(Document svg, String name) {
    List<Element> found = new ArrayList<>();
    NodeList all = svg.getElementsByTagName("*");
    for (int i = 0; i < all.getLength(); i++) {
      if (all.item(i) instanceof Element element && element.getAttribute("class").equals(name)) {
        found.add(element);
      }
    }
    return found;
  }

  private static double number(Element element, String attribute) {
    return Double.parseDouble(element.getAttribute(attribute));
  }

  private static List<String> texts(Document svg, String name) {
    return ofClass(svg, name).stream().map(Element::getTextContent).toList();
  }

  @Test
  void eachRowHasABarAndAFigureForEachSide() throws Exception {
    Document svg = parse(HandMade.peers());
    List<Element> bars = ofClass(svg, "bar");
    assertEquals(24, bars.size());
    assertEquals(24, ofClass(svg, "whisker").size());
    assertEquals(12, ofClass(svg, "row").size());
    assertEquals(2, ofClass(svg, "key").size());
    assertEquals(List.of("15.6", "13.0"), texts(svg, "figure").subList(0, 2));
    assertEquals("split, guest to host, 64", texts(svg, "row").getFirst());
    assertEquals(1.2, number(bars.get(0), "width") / number(bars.get(1), "width"), 0.01);
    assertNotEquals(bars.get(0).getAttribute("fill"), bars.get(1).getAttribute("fill"));
    assertEquals(
        ofClass(svg, "key").getFirst().getAttribute("fill"), bars.getFirst().getAttribute("fill"));
  }

  @Test
  void theChartNamesWhatItShowsAndWhereItWasMeasured() throws Exception {
    String text = parse(HandMade.peers()).getDocumentElement().getTextContent();
    assertTrue(text.contains("vhost-dp beside DPDK's vhost: delivered, Mpps"), text);
    assertTrue(text.contains("More is better."), text);
    assertTrue(text.contains("2 virtual cores of Quick & Small 9000"), text);
    assertTrue(text.contains("2026-11-22T18:00:00Z"), text);
  }

  @Test
  void nothingOverlapsOrLeavesThePicture() throws Exception {
    List<Row> many = new ArrayList<>();
    for (int i = 0; i < 60; i++) {
      String name = "row " + i + ", " + "long ".repeat(i / 4);
      many.add(join(row(name, OURS, i, i + 1, i + 30), row(name, PEER, i)));
    }
    for (Result result : List.of(of(many.toArray(Row[]::new)), HandMade.peers())) {
      Document svg = parse(result);
      double width = number(svg.getDocumentElement(), "width");
      double height = number(svg.getDocumentElement(), "height");
      double below = 0;
      for (Element bar : ofClass(svg, "bar")) {
        assertTrue(number(bar, "y") >= below, "bars overlap");
        below = number(bar, "y") + number(bar, "height");
        assertTrue(number(bar, "x") + number(bar, "width") <= width);
      }
      assertTrue(below < height);
      for (Element figure : ofClass(svg, "figure")) {
        assertTrue(number(figure, "x") + 7 * figure.getTextContent().length() <= width);
      }
      for (Element name : ofClass(svg, "row")) {
        assertTrue(number(name, "x") >= 6 * name.getTextContent().length(), "cut name");
      }
    }
  }

  @Test
  void oneRowIsEnough() throws Exception {
    Document svg = parse(of(row("only", OURS, 3)));
    assertEquals(1, ofClass(svg, "bar").size());
    assertEquals(0, ofClass(svg, "whisker").size());
    assertTrue(number(svg.getDocumentElement(), "height") < 200);
  }

  @Test
  void whiskersAreBetweenTheQuartiles() throws Exception {
    Document svg = parse(of(row("a", OURS, 4, 1, 3, 2)));
    Element bar = ofClass(svg, "bar").getFirst();
    double unit = number(bar, "width") / 2.5;
    String path = ofClass(svg, "whisker").getFirst().getAttribute("d");
    double from = Double.parseDouble(path.substring(1, path.indexOf(' ')));
    double to = Double.parseDouble(path.replaceAll(".*H([0-9.]+).*", "$1"));
    assertEquals(number(bar, "x") + 1.75 * unit, from, 0.2);
    assertEquals(number(bar, "x") + 3.25 * unit, to, 0.2);
  }

  @Test
  void aRowWithoutFiguresKeepsItsPlace() throws Exception {
    Row none = new Row("none", Map.of(), List.of(), List.of());
    Document svg = parse(of(row("a", OURS, 1), none, row("c", PEER, 0)));
    assertEquals(List.of("a", "none", "c"), texts(svg, "row"));
    assertEquals(List.of("-"), texts(svg, "absent"));
    assertEquals(List.of("1.00", "0"), texts(svg, "figure"));
  }

  @Test
  void hostileNamesStayText() throws Exception {
    String name = "</text><script>\"&'\u0001";
    Document svg = parse(of(join(row(name, OURS, 1), row(name, "<b>", 2))));
    assertEquals(0, svg.getElementsByTagName("script").getLength());
    assertEquals(name.replace('\u0001', '\uFFFD'), texts(svg, "row").getFirst());
    assertTrue(svg.getDocumentElement().getTextContent().contains("<b>"));
  }
}
