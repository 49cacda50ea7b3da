package org.vhostdp.tck.mutant;

import java.util.List;
import java.util.function.UnaryOperator;
import org.vhostdp.spi.Burst;
import org.vhostdp.spi.Port;
import org.vhostdp.spi.RxQueue;
import org.vhostdp.spi.Wakeup;

/** Wakeups that are lost, or come for nothing. */
final class WakeupMutants {
  private static final int MANY = 100;
  private static final int STORM = 32;
  private static final int SOME = 4;
  private static final int BATCH = 16;
  private static final int NOT_A_DESCRIPTOR = 100_000;
  private static final long SLOW_MILLIS = 1500;

  private WakeupMutants() {}

  static List<Mutant> mutants() {
    return List.of(
        wakes(
            "WAKE-1",
            "overlooks work that is there already",
            "of arming against arrival the wakeup was lost",
            Blind::new),
        wakes("WAKE-2", "changes its descriptor", "the descriptor was", Changing::new),
        wakes("WAKE-3", "wakes again and again", "a wakeup was followed, and", Storming::new),
        wakes("WAKE-4", "wakes for work that was taken", "nobody had armed, and", Late::new),
        wakes(
            "WAKE-5",
            "waits for a sleeper when it stops",
            "a thread slept on the descriptor, and the end took",
            Waiting::new));
  }

  private static Mutant wakes(String rule, String name, String says, UnaryOperator<Port> breaks) {
    return new Mutant(rule, name, says, Wraps.ports(breaks));
  }

  /** A port that sees its receive queues armed and emptied. */
  private abstract static class Watched extends SamePort {
    Watched(Port port) {
      super(port);
    }

    /** What arm returns, given what it would. */
    abstract boolean armed(boolean ready);

    /** So many frames were received. */
    void received(int count) {}

    /** What the descriptor is, given what it would be. */
    int fd(int sound) {
      return sound;
    }

    @Override
    RxQueue wrap(RxQueue queue, int index) {
      Wakeup broken =
          new SameWakeup(queue.wakeup()) {
            @Override
            public boolean arm() {
              return armed(super.arm());
            }

            @Override
            public int fd() {
              return Watched.this.fd(super.fd());
            }
          };
      return new SameRx(queue) {
        @Override
        public int receive(Burst frames, int max) {
          int n = super.receive(frames, max);
          received(n);
          return n;
        }

        @Override
        public Wakeup wakeup() {
          return broken;
        }
      };
    }
  }

  private static final class Blind extends Watched {
    private int calls;

    Blind(Port port) {
      super(port);
    }

    @Override
    boolean armed(boolean ready) {
      return ++calls < MANY && ready;
    }
  }

  private static final class Changing extends Watched {
    private int calls;

    Changing(Port port) {
      super(port);
    }

    @Override
    boolean armed(boolean ready) {
      return ready;
    }

    @Override
    int fd(int sound) {
      return ++calls > MANY ? NOT_A_DESCRIPTOR : sound;
    }
  }

  /** After work that it woke for it wakes some more. */
  private static final class Storming extends Watched {
    private boolean armed;
    private int followed;
    private int left;

    Storming(Port port) {
      super(port);
    }

    @Override
    boolean armed(boolean ready) {
      armed = !ready;
      return ready || left-- > 0;
    }

    @Override
    void received(int count) {
      if (armed && count > 0 && ++followed >= SOME) {
        left = STORM;
      }
      armed = false;
    }
  }

  /** After a batch that nobody had armed for it wakes some more. */
  private static final class Late extends Watched {
    private int taken;
    private int left;

    Late(Port port) {
      super(port);
    }

    @Override
    boolean armed(boolean ready) {
      left = taken >= BATCH ? STORM : left;
      taken = 0;
      return ready || left-- > 0;
    }

    @Override
    void received(int count) {
      taken += count;
    }
  }

  /** Gives a sleeping thread time to wake up by itself. */
  private static final class Waiting extends Watched {
    private volatile Thread sleeper;

    Waiting(Port port) {
      super(port);
    }

    @Override
    boolean armed(boolean ready) {
      sleeper = ready ? null : Thread.currentThread();
      return ready;
    }

    @Override
    void received(int count) {
      sleeper = null;
    }

    @Override
    public void stop() {
      if (sleeper != null && sleeper != Thread.currentThread()) {
        sleeper = null;
        try {
          Thread.sleep(SLOW_MILLIS);
        } catch (InterruptedException e) {
          Thread.currentThread().interrupt();
        }
      }
      super.stop();
    }
  }
}
