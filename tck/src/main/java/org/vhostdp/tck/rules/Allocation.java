package org.vhostdp.tck.rules;

import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.lang.management.CompilationMXBean;
import java.lang.management.ManagementFactory;
import java.time.Duration;
import org.vhostdp.spi.Burst;
import org.vhostdp.spi.RxQueue;
import org.vhostdp.spi.TxQueue;
import org.vhostdp.tck.harness.WireFrame;
import org.vhostdp.tck.rule.Broken;
import org.vhostdp.tck.rule.Deadline;
import org.vhostdp.tck.rule.OpenPort;
import org.vhostdp.tck.rule.Trial;

/** Bytes that burst methods allocate on the heap. */
final class Allocation {
  /** Rounds measured together; a driver that allocates every thousandth time is noticed. */
  private static final int ROUNDS = 1024;

  /** A just-in-time compiler needs a while to remove what it can. */
  private static final int LONGEST_WARM_UP = 8;

  private static final int FRAMES = 2;

  /** Bytes that the current thread has allocated; a read allocates nothing. */
  private static final MethodHandle METER = meter();

  private Allocation() {}

  private static MethodHandle meter() {
    try {
      Class<?> type = Class.forName("com.sun.management.ThreadMXBean");
      Object bean =
          Class.forName("java.lang.management.ManagementFactory")
              .getMethod("getPlatformMXBean", Class.class)
              .invoke(null, type);
      return MethodHandles.publicLookup()
          .findVirtual(type, "getCurrentThreadAllocatedBytes", MethodType.methodType(long.class))
          .bindTo(bean);
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException("This Java does not count allocated bytes.", e);
    }
  }

  private static long bytes() {
    try {
      return (long) METER.invokeExact();
    } catch (Throwable e) {
      throw new IllegalStateException("This Java does not count allocated bytes.", e);
    }
  }

  static void nothingInSteadyState(Trial trial) throws Exception {
    OpenPort port = trial.start();
    Burst out = new Burst(FRAMES);
    Burst in = new Burst(OpenPort.BURST);
    byte[] frame = Traffic.frame(Numbers.ALLOCATED);
    Deadline warm = Deadline.in(trial.patience().multipliedBy(LONGEST_WARM_UP));
    Compiler compiler = new Compiler();
    long least = Long.MAX_VALUE;
    int batches = 0;
    while (least != 0 && (batches < 2 || !warm.passed() || !compiler.rests())) {
      least = Math.min(least, batch(port, out, in, frame));
      batches++;
    }
    trial.observe("%d rounds until none of %d allocated".formatted(batches * ROUNDS, ROUNDS));
    if (least != 0) {
      throw new Broken(
          "burst methods allocated %d bytes in %d rounds, and never less".formatted(least, ROUNDS));
    }
  }

  /** What may still remove an allocation, later than usual where the machine is busy. */
  private static final class Compiler {
    private static final long REST_NANOS = 2_000_000_000L;
    private static final long LONGEST_NANOS = 40_000_000_000L;

    private final CompilationMXBean bean = ManagementFactory.getCompilationMXBean();
    private final long begin = System.nanoTime();
    private long spent = bean.getTotalCompilationTime();
    private long worked = begin;

    /** Whether it has compiled nothing for a while, or works without end. */
    boolean rests() {
      long now = System.nanoTime();
      long total = bean.getTotalCompilationTime();
      if (total != spent) {
        spent = total;
        worked = now;
      }
      return now - worked > REST_NANOS || now - begin > LONGEST_NANOS;
    }
  }

  private static long batch(OpenPort port, Burst out, Burst in, byte[] frame) throws Exception {
    TxQueue tx = port.tx(0);
    RxQueue rx = port.rx(0);
    long sum = 0;
    for (int round = 0; round < ROUNDS; round++) {
      if (round % FRAMES == 0) {
        port.wire().send(WireFrame.plain(frame));
      }
      long before = bytes();
      int claimed = tx.claim(out, FRAMES);
      sum += bytes() - before;
      for (int i = 0; i < claimed; i++) {
        port.fill(out, i, WireFrame.plain(frame));
      }
      before = bytes();
      int sent = tx.transmit(out, 0, claimed);
      tx.unclaim(out, sent, claimed - sent);
      rx.release(in, 0, rx.receive(in, in.capacity()));
      sum += bytes() - before;
      drain(port);
    }
    return sum;
  }

  private static void drain(OpenPort port) throws Exception {
    while (port.wire().receive(Duration.ZERO).isPresent()) {
      // Makes room for the next; what it says is another rule's business.
      Thread.onSpinWait();
    }
  }
}
