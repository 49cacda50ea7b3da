package org.vhostdp.tck.mutant;

import java.util.function.BiFunction;
import java.util.function.UnaryOperator;
import org.vhostdp.spi.Driver;
import org.vhostdp.spi.Port;
import org.vhostdp.spi.RxQueue;
import org.vhostdp.spi.TxQueue;

/** Drivers of which one part is wrapped. */
final class Wraps {
  private Wraps() {}

  /** Every port. */
  static UnaryOperator<Driver> ports(UnaryOperator<Port> breaks) {
    return driver ->
        new SameDriver(driver) {
          @Override
          Port wrap(Port sound) {
            return breaks.apply(sound);
          }
        };
  }

  /** Every transmit queue; given with the sound port. */
  static UnaryOperator<Driver> transmit(BiFunction<TxQueue, Port, TxQueue> breaks) {
    return ports(
        sound ->
            new SamePort(sound) {
              @Override
              TxQueue wrap(TxQueue queue, int index) {
                return breaks.apply(queue, port);
              }
            });
  }

  /** Every receive queue; given with the sound port. */
  static UnaryOperator<Driver> receive(BiFunction<RxQueue, Port, RxQueue> breaks) {
    return ports(
        sound ->
            new SamePort(sound) {
              @Override
              RxQueue wrap(RxQueue queue, int index) {
                return breaks.apply(queue, port);
              }
            });
  }

  /** Every transmit queue. */
  static UnaryOperator<Driver> tx(UnaryOperator<TxQueue> breaks) {
    return transmit((queue, port) -> breaks.apply(queue));
  }

  /** Every receive queue. */
  static UnaryOperator<Driver> rx(UnaryOperator<RxQueue> breaks) {
    return receive((queue, port) -> breaks.apply(queue));
  }
}
