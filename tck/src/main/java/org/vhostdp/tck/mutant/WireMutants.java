package org.vhostdp.tck.mutant;

import java.util.List;
import java.util.function.BiFunction;
import org.vhostdp.spi.Driver;
import org.vhostdp.spi.Port;
import org.vhostdp.spi.RxQueue;
import org.vhostdp.spi.TxQueue;

/**
 * Mutants that break any driver by plain traffic. A run begins with them, on the vendor's own wire:
 * a far end that cannot see these faults would let any driver pass.
 */
public final class WireMutants {
  private static final List<Mutant> ALL =
      List.of(
          transmit("TX-1", "loses every third transmitted frame", "but the wire saw", LossyTx::new),
          transmit(
              "TX-6",
              "changes a byte of every transmitted frame",
              "has other bytes on the wire",
              GarblingTx::new),
          transmit("ORD-3", "transmits every third frame twice", "more than once", DoublingTx::new),
          transmit(
              "ORD-2",
              "transmits every other frame after its successor",
              "out of order",
              SwappingTx::new),
          receive(
              "RX-2",
              "changes a byte of every received frame",
              "was received with other bytes",
              GarblingRx::new));

  private WireMutants() {}

  /** All of them; each is noticed by the test of its rule, and perhaps by others. */
  public static List<Mutant> all() {
    return ALL;
  }

  private static Mutant transmit(
      String rule, String name, String says, BiFunction<TxQueue, Port, TxQueue> broken) {
    return new Mutant(rule, name, says, driver -> new Wrapped(driver, broken, (rx, port) -> rx));
  }

  private static Mutant receive(
      String rule, String name, String says, BiFunction<RxQueue, Port, RxQueue> broken) {
    return new Mutant(rule, name, says, driver -> new Wrapped(driver, (tx, port) -> tx, broken));
  }

  /** A driver whose queues are wrapped. */
  private static final class Wrapped extends SameDriver {
    private final BiFunction<TxQueue, Port, TxQueue> tx;
    private final BiFunction<RxQueue, Port, RxQueue> rx;

    Wrapped(
        Driver driver,
        BiFunction<TxQueue, Port, TxQueue> tx,
        BiFunction<RxQueue, Port, RxQueue> rx) {
      super(driver);
      this.tx = tx;
      this.rx = rx;
    }

    @Override
    Port wrap(Port sound) {
      return new SamePort(sound) {
        @Override
        TxQueue wrap(TxQueue queue, int index) {
          return tx.apply(queue, port);
        }

        @Override
        RxQueue wrap(RxQueue queue, int index) {
          return rx.apply(queue, port);
        }
      };
    }
  }
}
