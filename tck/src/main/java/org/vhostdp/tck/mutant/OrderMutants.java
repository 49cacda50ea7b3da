package org.vhostdp.tck.mutant;

import java.lang.foreign.MemorySegment;
import java.util.List;
import org.vhostdp.spi.Burst;
import org.vhostdp.spi.DriverException;
import org.vhostdp.spi.Port;
import org.vhostdp.spi.TxQueue;
import org.vhostdp.tck.rules.Numbers;

/** Queues that shuffle, double or repeat frames. */
final class OrderMutants {
  private static final int BEFORE = 10;

  private OrderMutants() {}

  static List<Mutant> mutants() {
    return List.of(
        new Mutant(
            "ORD-1",
            "swaps two received frames",
            "frames were received out of order",
            Breaks.received(
                (entries, burst, i, number) -> swap(burst, i, number, Numbers.RX_ORDER))),
        new Mutant(
            "ORD-2",
            "swaps two transmitted frames",
            "the wire saw frames out of order",
            Breaks.transmitted(
                (entries, burst, i, number) -> swap(burst, i, number, Numbers.TX_ORDER))),
        new Mutant(
            "ORD-3",
            "sends one frame twice",
            "more than once",
            Wraps.transmit(OrderMutants::doubling)),
        new Mutant(
            "ORD-4",
            "sends its last frame again after start",
            "it was replayed",
            Wraps.ports(OrderMutants::replaying)));
  }

  /** Swaps the frame that is the eleventh of a test with the one before it. */
  private static void swap(Burst burst, int i, int number, int first) {
    if (number == first + 10 && i > 0) {
      long offset = burst.offset[i];
      burst.offset[i] = burst.offset[i - 1];
      burst.offset[i - 1] = offset;
      int length = burst.length[i];
      burst.length[i] = burst.length[i - 1];
      burst.length[i - 1] = length;
    }
  }

  private static TxQueue doubling(TxQueue sound, Port port) {
    return new SameTx(sound) {
      private final Entries of = new Entries(port);

      @Override
      public int transmit(Burst frames, int first, int count) {
        for (int i = first; i < first + count; i++) {
          if (of.number(frames, i) == Numbers.ONCE + 40) {
            send(queue, port, of.copy(frames, i));
          }
        }
        return queue.transmit(frames, first, count);
      }
    };
  }

  private static void send(TxQueue queue, Port port, byte[] frame) {
    Burst one = new Burst(1);
    if (queue.claim(one, 1) == 1) {
      one.length[0] = frame.length;
      new Entries(port).bytes(one, 0).copyFrom(MemorySegment.ofArray(frame));
      queue.unclaim(one, 0, 1 - queue.transmit(one, 0, 1));
    }
  }

  private static Port replaying(Port sound) {
    return new SamePort(sound) {
      private byte[] last;

      @Override
      TxQueue wrap(TxQueue same, int index) {
        return new SameTx(same) {
          private final Entries of = new Entries(port);

          @Override
          public int transmit(Burst frames, int first, int count) {
            if (count > 0 && of.number(frames, first) == Numbers.REPLAY + BEFORE - 1) {
              last = of.copy(frames, first);
            }
            return queue.transmit(frames, first, count);
          }
        };
      }

      @Override
      public void start() throws DriverException {
        port.start();
        if (last != null) {
          send(port.tx(0), port, last);
        }
      }
    };
  }
}
