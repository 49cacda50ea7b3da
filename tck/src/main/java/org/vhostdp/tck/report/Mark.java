package org.vhostdp.tck.report;

import java.util.List;
import org.vhostdp.attest.TckResult.RuleResult;
import org.vhostdp.attest.TckResult.Status;

/** A status as it is seen: a sign, a word and a colour, so that no reader needs the colour. */
final class Mark {
  private Mark() {}

  static void of(Html html, Status status, String words) {
    String sign =
        switch (status) {
          case PASS -> "\u2713 ";
          case FAIL -> "\u2717 ";
          case SKIP -> "\u2013 ";
        };
    html.element("span", sign + words, "class", "mark " + status.word());
  }

  /** How many rules ended how, without a rate. */
  static void counts(Html html, List<RuleResult> rules) {
    for (Status status : List.of(Status.FAIL, Status.PASS, Status.SKIP)) {
      long number = rules.stream().filter(rule -> rule.status() == status).count();
      if (number > 0) {
        of(html, status, number + " " + past(status));
        html.text(" ");
      }
    }
  }

  static String past(Status status) {
    return switch (status) {
      case PASS -> "passed";
      case FAIL -> "failed";
      case SKIP -> "skipped";
    };
  }
}
