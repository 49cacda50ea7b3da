package org.vhostdp.tck.mutant;

import java.util.List;
import org.vhostdp.spi.Burst;
import org.vhostdp.spi.Port;
import org.vhostdp.spi.PortEvents;
import org.vhostdp.spi.RxQueue;
import org.vhostdp.spi.TxQueue;
import org.vhostdp.spi.Wakeup;

/** Links that are told of wrongly, and devices that are missed. */
final class LinkMutants {
  private LinkMutants() {}

  static List<Mutant> mutants() {
    return List.of(
        new Mutant(
            "LINK-1",
            "reports link down twice",
            "a link down was reported 2 times",
            Wraps.ports(Repeating::new)),
        new Mutant(
            "LINK-2",
            "throws when the device is gone",
            "and a burst method throws",
            Wraps.ports(Throwing::new)),
        new Mutant(
            "LINK-2",
            "spins when the device is gone",
            "a thread that would sleep spins",
            Wraps.ports(Spinning::new)),
        new Mutant(
            "LINK-3",
            "sends nothing after the link was down",
            "after the link came back,",
            Wraps.ports(Deaf::new)));
  }

  /** Remembers what was reported. */
  private static class Watched extends SamePort {
    private volatile boolean removed;
    private volatile boolean wentDown;

    Watched(Port port) {
      super(port);
    }

    boolean isRemoved() {
      return removed;
    }

    boolean wentDown() {
      return wentDown;
    }

    int reported(int event) {
      removed |= event == PortEvents.REMOVED;
      wentDown |= event == PortEvents.LINK_DOWN;
      return event;
    }

    @Override
    public PortEvents events() {
      PortEvents sound = super.events();
      return new PortEvents() {
        @Override
        public int next() {
          return reported(sound.next());
        }

        @Override
        public String detail() {
          return sound.detail();
        }

        @Override
        public boolean linkUp() {
          return sound.linkUp();
        }

        @Override
        public Wakeup wakeup() {
          return sound.wakeup();
        }
      };
    }
  }

  private static final class Repeating extends Watched {
    private boolean again;

    Repeating(Port port) {
      super(port);
    }

    @Override
    int reported(int event) {
      if (again && event == PortEvents.NONE) {
        again = false;
        return PortEvents.LINK_DOWN;
      }
      again |= event == PortEvents.LINK_DOWN;
      return event;
    }
  }

  private static final class Throwing extends Watched {
    Throwing(Port port) {
      super(port);
    }

    @Override
    RxQueue wrap(RxQueue queue, int index) {
      return new SameRx(queue) {
        @Override
        public int receive(Burst frames, int max) {
          if (isRemoved()) {
            throw new IllegalStateException("The device is gone.");
          }
          return super.receive(frames, max);
        }
      };
    }
  }

  private static final class Spinning extends Watched {
    Spinning(Port port) {
      super(port);
    }

    @Override
    RxQueue wrap(RxQueue queue, int index) {
      return new SameRx(queue) {
        @Override
        public Wakeup wakeup() {
          return new SameWakeup(super.wakeup()) {
            @Override
            public boolean arm() {
              return super.arm() || isRemoved();
            }
          };
        }
      };
    }
  }

  private static final class Deaf extends Watched {
    Deaf(Port port) {
      super(port);
    }

    @Override
    TxQueue wrap(TxQueue queue, int index) {
      return new SameTx(queue) {
        @Override
        public int transmit(Burst frames, int first, int count) {
          if (!wentDown()) {
            return super.transmit(frames, first, count);
          }
          super.unclaim(frames, first, count);
          return count;
        }
      };
    }
  }
}
