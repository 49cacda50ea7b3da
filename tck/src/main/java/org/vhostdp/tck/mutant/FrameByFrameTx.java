package org.vhostdp.tck.mutant;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import org.vhostdp.spi.Burst;
import org.vhostdp.spi.Offload;
import org.vhostdp.spi.Port;
import org.vhostdp.spi.TxQueue;

/** Takes bursts apart, so that a mutant can do something else with one frame. */
abstract class FrameByFrameTx extends SameTx {
  private final Port port;
  private final Burst more = new Burst(1);

  FrameByFrameTx(TxQueue queue, Port port) {
    super(queue);
    this.port = port;
  }

  /**
   * One frame.
   *
   * @return whether it was accepted, or is said to have been
   */
  abstract boolean frame(Burst frames, int first, int count);

  @Override
  public final int transmit(Burst frames, int first, int count) {
    int at = first;
    while (at < first + count) {
      int end = at;
      while (end < first + count - 1 && (frames.flags[end] & Offload.MORE) != 0) {
        end++;
      }
      if (!frame(frames, at, end + 1 - at)) {
        break;
      }
      at = end + 1;
    }
    return at - first;
  }

  /** The bytes of an entry. */
  final MemorySegment bytes(Burst frames, int i) {
    return port.regions()
        .get(frames.region[i])
        .segment()
        .asSlice(frames.offset[i], frames.length[i]);
  }

  /** Sends a plain frame besides those of the caller; false if there is no room. */
  final boolean also(byte[] frame) {
    if (queue.claim(more, 1) != 1) {
      return false;
    }
    more.length[0] = frame.length;
    more.flags[0] = 0;
    bytes(more, 0).copyFrom(MemorySegment.ofArray(frame));
    if (queue.transmit(more, 0, 1) == 1) {
      return true;
    }
    queue.unclaim(more, 0, 1);
    return false;
  }

  /** Whether an entry is a whole frame that was claimed, so that it may be copied and held back. */
  final boolean isPlain(Burst frames, int first, int count) {
    return count == 1 && frames.room[first] > 0 && frames.flags[first] == 0;
  }

  final byte[] copy(Burst frames, int i) {
    return bytes(frames, i).toArray(ValueLayout.JAVA_BYTE);
  }
}
