package org.vhostdp.tck.mutant;

import java.util.List;
import java.util.concurrent.locks.LockSupport;
import org.vhostdp.spi.Burst;
import org.vhostdp.spi.DriverException;
import org.vhostdp.spi.Port;
import org.vhostdp.spi.RxQueue;
import org.vhostdp.spi.TxQueue;
import org.vhostdp.tck.rule.BareThread;
import org.vhostdp.tck.rules.Numbers;

/** Drivers that care too much, or too little, which thread they run on. */
final class ThreadMutants {
  private static final long THREAD_NANOS = 1_000_000_000;

  private ThreadMutants() {}

  static List<Mutant> mutants() {
    return List.of(
        new Mutant(
            "THREAD-1",
            "starts a thread while frames pass",
            "threads were started",
            Wraps.tx(tx -> new OnLength(tx, Numbers.THREAD_LENGTH, ThreadMutants::startThread))),
        new Mutant(
            "THREAD-2",
            "swallows interrupts",
            "took away the interrupt",
            Wraps.tx(SwallowingTx::new)),
        new Mutant(
            "THREAD-2",
            "receives nothing on an interrupted thread",
            "receive on an interrupted thread did not give",
            Wraps.rx(ShyRx::new)),
        new Mutant(
            "THREAD-3",
            "allocates for each burst",
            "burst methods allocated",
            Wraps.tx(AllocatingTx::new)),
        new Mutant(
            "THREAD-4",
            "ties a queue to the first thread that uses it",
            "on another thread than the last threw",
            Wraps.tx(TiedTx::new)),
        new Mutant(
            "THREAD-5",
            "starts only on the thread that opened it",
            "on a thread that did not open the port threw",
            Wraps.ports(TiedPort::new)));
  }

  private static void startThread() {
    Thread.ofPlatform().daemon().name("hidden").start(() -> LockSupport.parkNanos(THREAD_NANOS));
  }

  /** Takes the interrupt of its thread away. */
  private static final class SwallowingTx extends SameTx {
    private boolean interrupted;

    SwallowingTx(TxQueue queue) {
      super(queue);
    }

    @Override
    public int transmit(Burst frames, int first, int count) {
      interrupted |= Thread.interrupted();
      return queue.transmit(frames, first, count);
    }
  }

  /** Gives nothing while its thread is interrupted. */
  private static final class ShyRx extends SameRx {
    ShyRx(RxQueue queue) {
      super(queue);
    }

    @Override
    public int receive(Burst frames, int max) {
      return Thread.currentThread().isInterrupted() ? 0 : queue.receive(frames, max);
    }
  }

  /** Makes an object for each burst. */
  private static final class AllocatingTx extends SameTx {
    private Object last;

    AllocatingTx(TxQueue queue) {
      super(queue);
    }

    @Override
    public int transmit(Burst frames, int first, int count) {
      last = new int[] {first, count, last == null ? 0 : 1};
      return queue.transmit(frames, first, count);
    }
  }

  /** Throws on a second thread. */
  private static final class TiedTx extends SameTx {
    private Thread owner;

    TiedTx(TxQueue queue) {
      super(queue);
    }

    @Override
    public int transmit(Burst frames, int first, int count) {
      if (count > 0 && frames.length[first] == Numbers.HANDED_LENGTH) {
        owner = owner == null ? Thread.currentThread() : owner;
        if (owner != Thread.currentThread()) {
          throw new WrongThreadException("The queue belongs to " + owner.getName() + ".");
        }
      }
      return queue.transmit(frames, first, count);
    }
  }

  /** Starts on one thread only. */
  private static final class TiedPort extends SamePort {
    private final Thread owner = Thread.currentThread();

    TiedPort(Port port) {
      super(port);
    }

    @Override
    public void start() throws DriverException {
      // A port that the kit opened on a thread for that alone.
      if (owner.getName().equals(BareThread.OTHER) && owner != Thread.currentThread()) {
        throw new WrongThreadException("The port belongs to another thread.");
      }
      port.start();
    }
  }
}
