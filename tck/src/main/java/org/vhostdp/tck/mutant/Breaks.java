package org.vhostdp.tck.mutant;

import java.util.function.UnaryOperator;
import org.vhostdp.spi.Burst;
import org.vhostdp.spi.Driver;

/** Drivers that touch entries on their way. */
final class Breaks {
  private Breaks() {}

  /** What happens to an entry with a frame of the kit's. */
  interface Touch {
    /**
     * @param number the frame's, or -1 if it is not the kit's
     */
    void entry(Entries entries, Burst burst, int i, int number);
  }

  /** Every entry is touched before it is transmitted. */
  static UnaryOperator<Driver> transmitted(Touch touch) {
    return Wraps.transmit(
        (sound, port) ->
            new SameTx(sound) {
              private final Entries entries = new Entries(port);

              @Override
              public int transmit(Burst frames, int first, int count) {
                for (int i = first; i < first + count; i++) {
                  touch.entry(entries, frames, i, entries.number(frames, i));
                }
                return queue.transmit(frames, first, count);
              }
            });
  }

  /** Every entry is touched after it was received. */
  static UnaryOperator<Driver> received(Touch touch) {
    return Wraps.receive(
        (sound, port) ->
            new SameRx(sound) {
              private final Entries entries = new Entries(port);

              @Override
              public int receive(Burst frames, int max) {
                int count = queue.receive(frames, max);
                for (int i = 0; i < count; i++) {
                  touch.entry(entries, frames, i, entries.number(frames, i));
                }
                return count;
              }
            });
  }
}
