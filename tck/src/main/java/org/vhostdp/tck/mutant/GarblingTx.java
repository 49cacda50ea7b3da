package org.vhostdp.tck.mutant;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import org.vhostdp.spi.Burst;
import org.vhostdp.spi.Port;
import org.vhostdp.spi.TxQueue;

/** The last byte of every frame is another one. */
final class GarblingTx extends FrameByFrameTx {
  GarblingTx(TxQueue queue, Port port) {
    super(queue, port);
  }

  @Override
  boolean frame(Burst burst, int first, int count) {
    int last = first + count - 1;
    if (burst.length[last] <= 0) {
      return queue.transmit(burst, first, count) == count;
    }
    MemorySegment bytes = bytes(burst, last);
    long at = bytes.byteSize() - 1;
    byte right = bytes.get(ValueLayout.JAVA_BYTE, at);
    bytes.set(ValueLayout.JAVA_BYTE, at, (byte) (right ^ 0x55));
    if (queue.transmit(burst, first, count) == count) {
      return true;
    }
    bytes.set(ValueLayout.JAVA_BYTE, at, right);
    return false;
  }
}
