package org.vhostdp.tck.rules;

import static org.vhostdp.tck.rule.Trial.require;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.vhostdp.spi.Burst;
import org.vhostdp.spi.RxQueue;
import org.vhostdp.spi.TxQueue;
import org.vhostdp.tck.harness.Harness;
import org.vhostdp.tck.harness.Trait;
import org.vhostdp.tck.harness.WireFrame;
import org.vhostdp.tck.rule.Broken;
import org.vhostdp.tck.rule.Deadline;
import org.vhostdp.tck.rule.Frames;
import org.vhostdp.tck.rule.OpenPort;
import org.vhostdp.tck.rule.Trial;

/** Two queue pairs, each driven by a thread of its own in both directions. */
final class QueuesAtOnce {
  private static final int EACH = 96;
  private static final int BURST = 8;

  /** Times patience: a thread that receives may have to wait for its turn. */
  private static final int LATE = 10;

  /** Ends a hang; a machine that is busy elsewhere may not run one of the threads for seconds. */
  private static final Duration LONGEST = Duration.ofSeconds(30);

  private final OpenPort port;
  private final long end = System.nanoTime() + LONGEST.toNanos();
  private final AtomicInteger sentAll = new AtomicInteger();
  private final AtomicBoolean enough = new AtomicBoolean();
  private final ConcurrentLinkedQueue<Integer> received = new ConcurrentLinkedQueue<>();

  private QueuesAtOnce(OpenPort port) {
    this.port = port;
  }

  static void queuesRunInParallel(Trial trial) throws Exception {
    OpenPort port = OpenPort.start(trial, new Harness.Request(2, 0));
    require(
        port.wire().traits().contains(Trait.CONCURRENT),
        "the wire lacks the trait CONCURRENT, so that queues cannot be tried at once");
    QueuesAtOnce queues = new QueuesAtOnce(port);
    List<Beside<Void>> threads = new ArrayList<>();
    for (int queue = 0; queue < 2; queue++) {
      int first = first(queue);
      TxQueue tx = port.tx(queue);
      RxQueue rx = port.rx(queue);
      threads.add(trial.keep(new Beside<>(() -> queues.drive(tx, rx, first))));
    }
    for (int i = 0; i < EACH; i++) {
      port.send(Frames.numbered(Marks.PARALLEL + i, 64 + i));
    }
    List<byte[]> seen = queues.seen(trial);
    Deadline late = Deadline.in(trial.patience().multipliedBy(LATE));
    while (queues.received.size() < EACH && !late.passed()) {
      Thread.sleep(0, 50_000);
    }
    queues.enough.set(true);
    for (Beside<Void> thread : threads) {
      thread.result();
    }
    for (int queue = 0; queue < 2; queue++) {
      checkSent(queue, Traffic.numbers(seen));
    }
    long kinds = queues.received.stream().distinct().count();
    require(
        kinds == EACH && queues.received.size() == EACH,
        "two threads received %d different frames of %d, and %d in all",
        kinds,
        EACH,
        queues.received.size());
  }

  /** What the wire sees while the threads send, and for a while after the last has. */
  private List<byte[]> seen(Trial trial) throws Exception {
    List<byte[]> seen = new ArrayList<>();
    while (sentAll.get() < 2 && seen.size() < 2 * EACH && System.nanoTime() < end) {
      seen.addAll(Traffic.seen(port, 1, trial.silence()));
    }
    seen.addAll(Traffic.seen(trial, port, 2 * EACH - seen.size()));
    return seen;
  }

  private static int first(int queue) {
    return Marks.PARALLEL + (queue + 1) * 1000;
  }

  private static void checkSent(int queue, List<Integer> seen) {
    int first = first(queue);
    List<Integer> own = seen.stream().filter(n -> n >= first && n < first + EACH).toList();
    require(
        own.size() == EACH,
        "of %d frames that a thread of its own sent on queue %d the wire saw %d",
        EACH,
        queue,
        own.size());
    require(
        own.equals(Traffic.numbers(first, EACH)),
        "frames that a thread of its own sent on queue %d came in another order",
        queue);
  }

  /** Transmits this queue's frames and receives what comes, until told. */
  private Void drive(TxQueue tx, RxQueue rx, int first) throws Exception {
    Burst out = new Burst(BURST);
    Burst in = new Burst(BURST);
    int sent = 0;
    while (sent < EACH || !enough.get()) {
      if (System.nanoTime() > end) {
        throw new Broken("a queue took " + sent + " frames beside another thread's");
      }
      if (sent < EACH) {
        sent += transmit(tx, out, first + sent, Math.min(BURST, EACH - sent));
        sentAll.addAndGet(sent == EACH ? 1 : 0);
      }
      int entries = rx.receive(in, BURST);
      for (WireFrame frame : port.frames(in, entries)) {
        int number = Frames.number(frame.bytes());
        if (number >= 0) {
          received.add(number);
        }
      }
      rx.release(in, 0, entries);
      if (entries == 0) {
        Thread.yield();
      }
    }
    return null;
  }

  private int transmit(TxQueue tx, Burst burst, int number, int count) {
    int lent = tx.claim(burst, count);
    for (int i = 0; i < lent; i++) {
      port.fill(burst, i, WireFrame.plain(Frames.numbered(number + i, 64 + i)));
    }
    int sent = tx.transmit(burst, 0, lent);
    tx.unclaim(burst, sent, lent - sent);
    return sent;
  }
}
