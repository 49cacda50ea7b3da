package org.vhostdp.tck.mutant;

import org.vhostdp.spi.Burst;
import org.vhostdp.spi.Driver;
import org.vhostdp.spi.Port;
import org.vhostdp.spi.RxQueue;

/** A driver whose ninetieth port hears nothing. */
final class TiredDriver extends SameDriver {
  private static final int DEAF = 90;

  private int opens;

  TiredDriver(Driver sound) {
    super(sound);
  }

  @Override
  Port wrap(Port sound) {
    if (++opens != DEAF) {
      return sound;
    }
    return new SamePort(sound) {
      @Override
      RxQueue wrap(RxQueue same, int index) {
        return new SameRx(same) {
          @Override
          public int receive(Burst frames, int max) {
            return 0;
          }
        };
      }
    };
  }
}
