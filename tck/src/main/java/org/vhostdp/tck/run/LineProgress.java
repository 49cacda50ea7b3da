package org.vhostdp.tck.run;

import java.io.PrintWriter;
import java.util.Locale;
import org.vhostdp.attest.Printable;
import org.vhostdp.attest.TckResult;
import org.vhostdp.tck.rule.Group;
import org.vhostdp.tck.rule.Outcome;
import org.vhostdp.tck.rule.Rule;

/** A line for each rule, and the sentence of one that failed below it. */
public final class LineProgress implements Progress {
  private static final double NANOS = 1e9;

  private final PrintWriter out;

  /**
   * @param out gets the lines, and is flushed after each
   */
  public LineProgress(PrintWriter out) {
    this.out = out;
  }

  @Override
  public void begins(String driver, String wire, long seed, int rules) {
    line("driver %s on %s: %d rules, seed %d".formatted(driver, wire, rules, seed));
    line("the wire must notice broken drivers");
  }

  @Override
  public void mutant(TckResult.MutantResult mutant) {
    line(
        "         %s  %-9s  a driver that %s"
            .formatted(mutant.killed() ? "SEEN" : "FAIL", mutant.rule(), mutant.name()));
    if (!mutant.killed()) {
      line("                  " + mutant.sentence());
    }
  }

  @Override
  public void group(Group group, int rules) {
    line(group.title());
  }

  @Override
  public void rule(Rule rule, Outcome outcome, int n, int of) {
    String place = n + "/" + of;
    String seconds = String.format(Locale.ROOT, "%.2f", outcome.nanos() / NANOS);
    line(
        "  %5s  %s  %-9s  %s (%s s)"
            .formatted(place, outcome.status(), rule.id(), rule.title(), seconds));
    if (!outcome.sentence().isEmpty()) {
      for (String sentence : outcome.sentence().split("\n")) {
        line("                  " + sentence);
      }
    }
  }

  private void line(String text) {
    // A driver's own words may hold anything; a terminal obeys control characters.
    out.println(Printable.of(text));
    out.flush();
  }
}
