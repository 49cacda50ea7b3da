package org.vhostdp.bench.report;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.vhostdp.bench.report.HandMade.OURS;
import static org.vhostdp.bench.report.HandMade.PEER;
import static org.vhostdp.bench.report.HandMade.PPS;
import static org.vhostdp.bench.report.HandMade.join;
import static org.vhostdp.bench.report.HandMade.row;
import static org.vhostdp.bench.report.HandMade.sample;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.vhostdp.bench.result.Row;
import org.vhostdp.bench.result.Sample;

class FiguresTest {
  @Test
  void quartilesLieBetweenTheWindowsInProportion() {
    Row row = row("a", OURS, 4, 1, 3, 2);
    assertEquals(Optional.of(new Figures(2.5, 1.75, 3.25, 1, 4, 4)), Figures.of(row, PPS, OURS));
  }

  @Test
  void oneWindowIsItsOwnSpread() {
    assertEquals(
        Optional.of(new Figures(7, 7, 7, 7, 7, 1)), Figures.of(row("a", OURS, 7), PPS, OURS));
  }

  @Test
  void windowsOfTheOtherSideAndWindowsWithoutTheValueDoNotCount() {
    Row row =
        new Row(
            "a",
            Map.of(),
            List.of(
                sample(OURS, 0, 1e6),
                new Sample(OURS, 1, Map.of("other", 5.0)),
                sample(PEER, 0, 9e6)),
            List.of());
    assertEquals(1, Figures.of(row, PPS, OURS).orElseThrow().count());
    assertEquals(Optional.empty(), Figures.of(row, HandMade.BUSY, OURS));
    assertEquals(Optional.empty(), Figures.of(row, PPS, "nobody"));
  }

  @Test
  void aRatioIsTakenWithinEachRound() {
    // The machine was in another state in round 1.
    Row row = join(row("a", OURS, 16, 1, 20), row("a", PEER, 8, 2, 20));
    Comparison found = Comparison.of(row, PPS, OURS, PEER).orElseThrow();
    assertEquals(new Comparison(16 / 8.0, 1, 0.5, 2, 3), found);
    assertEquals("1.00 (0.50..2.00)", found.toString());
  }

  @Test
  void severalWindowsOfARoundAreOneThroughTheirMedian() {
    Row row =
        new Row(
            "a",
            Map.of(),
            List.of(
                sample(OURS, 0, 1e6),
                sample(OURS, 0, 3e6),
                sample(OURS, 0, 100e6),
                sample(PEER, 0, 2e6)),
            List.of());
    Comparison found = Comparison.of(row, PPS, OURS, PEER).orElseThrow();
    assertEquals(1, found.rounds());
    assertEquals("1.50", found.toString());
  }

  @Test
  void roundsInWhichASideIsMissingOrZeroAreLeftOut() {
    Row row = join(row("a", OURS, 3, 8, 5), row("a", PEER, 0, 2));
    Comparison found = Comparison.of(row, PPS, OURS, PEER).orElseThrow();
    assertEquals(1, found.rounds());
    assertEquals(4, found.median());
    assertEquals(5 / 1.0, found.ofMedians());
  }

  @Test
  void thereIsNoRatioToNothing() {
    assertEquals(Optional.empty(), Comparison.of(row("a", OURS, 3), PPS, OURS, PEER));
    Row zero = join(row("a", OURS, 3, 4), row("a", PEER, 0, 0));
    assertEquals(Optional.empty(), Comparison.of(zero, PPS, OURS, PEER));
  }
}
