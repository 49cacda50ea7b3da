package org.vhostdp.bench.report;

import org.vhostdp.bench.result.Result;

/** When and at which revision a result was measured. */
final class Origin {
  private Origin() {}

  static String of(Result result) {
    String commit = result.commit();
    if (commit.isEmpty()) {
      return result.date() + ", revision unknown";
    }
    return commit.endsWith("+")
        ? result.date() + ", commit " + commit.substring(0, commit.length() - 1) + " with changes"
        : result.date() + ", commit " + commit;
  }
}
