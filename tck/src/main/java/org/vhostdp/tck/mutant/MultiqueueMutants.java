package org.vhostdp.tck.mutant;

import java.util.List;
import org.vhostdp.spi.Burst;
import org.vhostdp.spi.Port;
import org.vhostdp.spi.RxQueue;
import org.vhostdp.spi.TxQueue;

/** Queues that get in each other's way. */
final class MultiqueueMutants {
  private MultiqueueMutants() {}

  static List<Mutant> mutants() {
    return List.of(
        new Mutant(
            "MQ-1",
            "lends nothing on queue 1 while all frames of queue 0 are lent",
            "of transmit queue 0 were lent, queue 1 took",
            Wraps.ports(OnePool::new)),
        new Mutant(
            "MQ-1",
            "receives nothing on queue 1 while queue 0 holds frames",
            "while receive queue 0 was stalled",
            Wraps.ports(OneRing::new)),
        new Mutant(
            "MQ-2",
            "gives queue 0 for every index beyond the last",
            "there is a transmit queue",
            Wraps.ports(BoundlessPort::new)),
        new Mutant(
            "MQ-3",
            "loses a burst when two threads use two queues",
            "frames that a thread of its own sent on queue",
            Wraps.ports(OneThread::new)));
  }

  /** Its transmit queues take frames from one pool. */
  private static final class OnePool extends SamePort {
    private volatile int lent;

    OnePool(Port port) {
      super(port);
    }

    @Override
    TxQueue wrap(TxQueue queue, int index) {
      return new SameTx(queue) {
        @Override
        public int claim(Burst frames, int max) {
          if (index != 0) {
            return lent >= port.capabilities().txLent() ? 0 : super.claim(frames, max);
          }
          int n = super.claim(frames, max);
          lent = n;
          return n;
        }

        @Override
        public void unclaim(Burst frames, int first, int count) {
          super.unclaim(frames, first, count);
          lent = index == 0 ? 0 : lent;
        }
      };
    }
  }

  /** Its receive queues lend frames of one ring. */
  private static final class OneRing extends SamePort {
    private volatile int lent;

    OneRing(Port port) {
      super(port);
    }

    @Override
    RxQueue wrap(RxQueue queue, int index) {
      return new SameRx(queue) {
        @Override
        public int receive(Burst frames, int max) {
          if (index != 0) {
            return lent > 0 ? 0 : super.receive(frames, max);
          }
          int n = super.receive(frames, max);
          lent += n;
          return n;
        }

        @Override
        public void release(Burst frames, int first, int count) {
          super.release(frames, first, count);
          lent -= index == 0 ? count : 0;
        }
      };
    }
  }

  /** Has queues without end. */
  private static final class BoundlessPort extends SamePort {
    BoundlessPort(Port port) {
      super(port);
    }

    @Override
    public TxQueue tx(int queue) {
      try {
        return super.tx(queue);
      } catch (IndexOutOfBoundsException e) {
        if (queue < 0) {
          throw e;
        }
        return super.tx(0);
      }
    }
  }

  /** Minds two threads at once. */
  private static final class OneThread extends SamePort {
    private final Thread[] owners = new Thread[2];
    private boolean lost;

    OneThread(Port port) {
      super(port);
    }

    @Override
    TxQueue wrap(TxQueue queue, int index) {
      return new SameTx(queue) {
        @Override
        public int transmit(Burst frames, int first, int count) {
          if (!loses(index, count)) {
            return super.transmit(frames, first, count);
          }
          super.unclaim(frames, first, count);
          return count;
        }
      };
    }

    private synchronized boolean loses(int queue, int count) {
      if (queue > 1 || lost || count == 0) {
        return false;
      }
      owners[queue] = Thread.currentThread();
      Thread other = owners[1 - queue];
      lost = other != null && other != owners[queue];
      return lost;
    }
  }
}
