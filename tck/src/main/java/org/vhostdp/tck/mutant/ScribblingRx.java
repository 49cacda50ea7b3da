package org.vhostdp.tck.mutant;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import org.vhostdp.spi.Burst;
import org.vhostdp.spi.Port;
import org.vhostdp.spi.RxQueue;

/** Writes to one frame, lent since long, when a certain later one is received. */
final class ScribblingRx extends SameRx {
  private final Entries of;
  private final int number;
  private final int later;
  private MemorySegment lent = MemorySegment.ofArray(new byte[1]);

  ScribblingRx(RxQueue queue, Port port, int number, int later) {
    super(queue);
    of = new Entries(port);
    this.number = number;
    this.later = later;
  }

  @Override
  public int receive(Burst frames, int max) {
    int entries = queue.receive(frames, max);
    for (int i = 0; i < entries; i++) {
      int seen = of.number(frames, i);
      if (seen == number) {
        lent = of.bytes(frames, i);
      } else if (seen == number + later) {
        lent.set(ValueLayout.JAVA_BYTE, lent.byteSize() - 1, (byte) 0);
        lent.set(ValueLayout.JAVA_BYTE, 0, (byte) 0);
      }
    }
    return entries;
  }
}
