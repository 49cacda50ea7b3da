package org.vhostdp.driver.loopback;

import org.vhostdp.spi.Statistics;

/** The counters of every queue a port can have, from open to close. */
final class PortCounters {
  private final Tally[] rx;
  private final Tally[] tx;

  PortCounters(int queues) {
    rx = tallies(queues);
    tx = tallies(queues);
  }

  private static Tally[] tallies(int n) {
    Tally[] tallies = new Tally[n];
    for (int i = 0; i < n; i++) {
      tallies[i] = new Tally();
    }
    return tallies;
  }

  Tally rx(int queue) {
    return rx[queue];
  }

  Tally tx(int queue) {
    return tx[queue];
  }

  void addTo(Statistics out, Mode mode) {
    out.rxFrames += sum(rx, Tally.FRAMES);
    out.rxBytes += sum(rx, Tally.BYTES);
    out.rxDropped += sum(rx, Tally.DROPPED) + sum(rx, Tally.LOST);
    out.txFrames += sum(tx, Tally.FRAMES);
    out.txBytes += sum(tx, Tally.BYTES);
    out.txDropped += sum(tx, Tally.DROPPED);
    out.txErrors += sum(tx, Tally.ERRORS);
    out.more("lending_errors", sum(rx, Tally.LENDING_ERRORS) + sum(tx, Tally.LENDING_ERRORS));
    if (mode != Mode.SINK && mode != Mode.REFLECT) {
      out.more("too_long", sum(rx, Tally.TOO_LONG) + sum(rx, Tally.LONG_LOST));
    }
    if (mode.carries()) {
      out.more("gso_unsupported", sum(rx, Tally.GSO_UNSUPPORTED));
    }
  }

  private static long sum(Tally[] tallies, int counter) {
    long sum = 0;
    for (Tally tally : tallies) {
      sum += tally.get(counter);
    }
    return sum;
  }
}
