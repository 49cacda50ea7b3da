package org.vhostdp.tck.mutant;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import org.vhostdp.spi.Burst;
import org.vhostdp.spi.Port;
import org.vhostdp.spi.RxQueue;

/** The last byte of every received entry is another one. */
final class GarblingRx extends SameRx {
  private final Port port;

  GarblingRx(RxQueue queue, Port port) {
    super(queue);
    this.port = port;
  }

  @Override
  public int receive(Burst frames, int max) {
    int entries = queue.receive(frames, max);
    for (int i = 0; i < entries; i++) {
      MemorySegment memory = port.regions().get(frames.region[i]).segment();
      long at = frames.offset[i] + frames.length[i] - 1;
      byte right = memory.get(ValueLayout.JAVA_BYTE, at);
      memory.set(ValueLayout.JAVA_BYTE, at, (byte) (right ^ 0x55));
    }
    return entries;
  }
}
