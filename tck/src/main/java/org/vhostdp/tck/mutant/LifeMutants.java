package org.vhostdp.tck.mutant;

import java.util.List;
import org.vhostdp.spi.Burst;
import org.vhostdp.spi.DriverException;
import org.vhostdp.spi.Port;
import org.vhostdp.spi.PortSettings;
import org.vhostdp.spi.RxQueue;
import org.vhostdp.spi.TxQueue;

/** Broken life cycles. */
final class LifeMutants {
  private LifeMutants() {}

  static List<Mutant> mutants() {
    return List.of(
        new Mutant(
            "LIFE-1",
            "probe keeps a file open",
            "20 probes left",
            sound -> new LeakyDriver(sound, LeakyDriver.Where.PROBE)),
        new Mutant(
            "LIFE-2",
            "schema keeps a file open",
            "40 readings of info and schema left",
            sound -> new LeakyDriver(sound, LeakyDriver.Where.SCHEMA)),
        new Mutant(
            "LIFE-3",
            "a failed open keeps a file open",
            "10 failed opens left",
            sound -> new LeakyDriver(sound, LeakyDriver.Where.FAILED_OPEN)),
        new Mutant(
            "LIFE-4",
            "the third start starts a thread",
            "the driver started the thread",
            Wraps.ports(ThreadedPort::new)),
        new Mutant(
            "LIFE-5",
            "transmit before start takes everything",
            "before start transmit returned",
            Wraps.ports(LifeMutants::eager)),
        new Mutant(
            "LIFE-6",
            "frames follow after stop",
            "the wire is not silent: stop returned",
            Wraps.ports(ChattyPort::new)),
        new Mutant(
            "LIFE-7",
            "deaf after the 15th restart",
            "15 restarts nothing arrived",
            Wraps.ports(LifeMutants::deafInTheEnd)),
        new Mutant(
            "LIFE-8",
            "the third close throws",
            "close call 3 of one port",
            Wraps.ports(LifeMutants::closesTwice)),
        new Mutant(
            "LIFE-9",
            "every call gives another queue",
            "start gave a configured queue another object",
            Wraps.ports(LifeMutants::otherQueues)),
        new Mutant(
            "LIFE-10",
            "the 90th port is deaf",
            "90 opens nothing arrived",
            sound -> new TiredDriver(sound)),
        new Mutant(
            "LIFE-11",
            "starts without settings",
            "never configured was started",
            Wraps.ports(LifeMutants::startsAnyway)));
  }

  private static Port eager(Port sound) {
    return new SamePort(sound) {
      private boolean started;

      @Override
      public void start() throws DriverException {
        port.start();
        started = true;
      }

      @Override
      TxQueue wrap(TxQueue same, int index) {
        return new SameTx(same) {
          @Override
          public int transmit(Burst frames, int first, int count) {
            return started ? queue.transmit(frames, first, count) : count;
          }
        };
      }
    };
  }

  private static Port deafInTheEnd(Port sound) {
    return new SamePort(sound) {
      private int starts;

      @Override
      public void start() throws DriverException {
        port.start();
        starts++;
      }

      @Override
      RxQueue wrap(RxQueue same, int index) {
        return new SameRx(same) {
          @Override
          public int receive(Burst frames, int max) {
            return starts == 16 ? 0 : queue.receive(frames, max);
          }
        };
      }
    };
  }

  private static Port closesTwice(Port sound) {
    return new SamePort(sound) {
      private int closes;

      @Override
      public void close() {
        port.close();
        if (++closes == 3) {
          throw new IllegalStateException("closed already");
        }
      }
    };
  }

  private static Port otherQueues(Port sound) {
    return new SamePort(sound) {
      @Override
      public RxQueue rx(int queue) {
        return new SameRx(port.rx(queue));
      }
    };
  }

  private static Port startsAnyway(Port sound) {
    return new SamePort(sound) {
      private boolean configured;

      @Override
      public void configure(PortSettings settings) throws DriverException {
        port.configure(settings);
        configured = true;
      }

      @Override
      public void start() throws DriverException {
        if (configured) {
          port.start();
        }
      }
    };
  }
}
