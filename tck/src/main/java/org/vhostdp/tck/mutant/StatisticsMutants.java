package org.vhostdp.tck.mutant;

import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.UnaryOperator;
import org.vhostdp.spi.Driver;
import org.vhostdp.spi.Port;
import org.vhostdp.spi.RxQueue;
import org.vhostdp.spi.Statistics;
import org.vhostdp.spi.TxQueue;
import org.vhostdp.tck.rules.Marks;

/** Counters that lie. */
final class StatisticsMutants {
  private static final int READING = 50;

  /** Frames of one length that a test about lengths may send. */
  private static final int A_FEW = 10;

  private StatisticsMutants() {}

  static List<Mutant> mutants() {
    return List.of(
        counts("STAT-1", "begins anew at the 50th reading", "went down from", Restarting::new),
        counts(
            "STAT-1",
            "can be read by one thread only",
            "reading the counters while the queues ran failed",
            Single::new),
        counts("STAT-2", "counts sent bytes wrongly", "sent bytes, and", Sent::new),
        counts("STAT-2", "counts received frames twice", "received frames, and", Received::new),
        counts("STAT-3", "loses count in a flood", "are accounted for", Flooded::new));
  }

  private static Mutant counts(String rule, String name, String says, UnaryOperator<Port> breaks) {
    UnaryOperator<Driver> driver = Wraps.ports(breaks);
    return new Mutant(rule, name, says, driver);
  }

  /** Once gives less than before. */
  private static final class Restarting extends SamePort {
    private final AtomicInteger readings = new AtomicInteger();

    Restarting(Port port) {
      super(port);
    }

    @Override
    public void statistics(Statistics out) {
      super.statistics(out);
      if (readings.incrementAndGet() == READING) {
        out.txFrames = 0;
      }
    }
  }

  /** Knows the thread that opened it. */
  private static final class Single extends SamePort {
    private final Thread opener = Thread.currentThread();

    Single(Port port) {
      super(port);
    }

    @Override
    public void statistics(Statistics out) {
      if (Thread.currentThread() != opener) {
        throw new IllegalStateException("The counters are being written.");
      }
      super.statistics(out);
    }
  }

  /** Counts a byte less for frames of one length. */
  private static final class Sent extends SamePort {
    private final AtomicInteger seen = new AtomicInteger();

    Sent(Port port) {
      super(port);
    }

    @Override
    TxQueue wrap(TxQueue queue, int index) {
      return Touch.before(
          queue,
          port,
          (burst, i, frame) -> seen.addAndGet(burst.length[i] == Marks.MATCHED_LENGTH + 1 ? 1 : 0));
    }

    @Override
    public void statistics(Statistics out) {
      super.statistics(out);
      out.txBytes -= seen.get();
    }
  }

  /** Counts frames of one length twice. */
  private static final class Received extends SamePort {
    private final AtomicInteger seen = new AtomicInteger();

    Received(Port port) {
      super(port);
    }

    @Override
    RxQueue wrap(RxQueue queue, int index) {
      return Touch.after(
          queue,
          port,
          (burst, i, frame) -> seen.addAndGet(burst.length[i] == Marks.MATCHED_LENGTH + 1 ? 1 : 0));
    }

    @Override
    public void statistics(Statistics out) {
      super.statistics(out);
      out.rxFrames += seen.get();
    }
  }

  /** Does not count frames of one length after some. */
  private static final class Flooded extends SamePort {
    private final AtomicInteger seen = new AtomicInteger();

    Flooded(Port port) {
      super(port);
    }

    @Override
    RxQueue wrap(RxQueue queue, int index) {
      return Touch.after(
          queue,
          port,
          (burst, i, frame) -> seen.addAndGet(burst.length[i] == Marks.FLOOD_LENGTH ? 1 : 0));
    }

    @Override
    public void statistics(Statistics out) {
      super.statistics(out);
      out.rxFrames -= Math.max(0, seen.get() - A_FEW);
    }
  }
}
