package org.vhostdp.dataplane.offload;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import org.vhostdp.spi.Burst;
import org.vhostdp.spi.Offload;

/**
 * Completes checksums that were left open ({@link Offload#CSUM_PARTIAL}), in place, and remembers
 * what stood there: a frame that the queue below does not accept goes back to its owner as it came
 * (TX-2). One IO thread.
 */
final class OpenChecksums {
  /** Frames remembered. */
  private static final int MOST = 32;

  private static final ValueLayout.OfShort SHORT =
      ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.BIG_ENDIAN);

  private final MemorySegment[] memory = new MemorySegment[MOST];
  private final long[] field = new long[MOST];
  private final short[] stood = new short[MOST];
  private final int[] entry = new int[MOST];
  private int count;

  /** Whether no further frame is remembered until {@link #keep}. */
  boolean full() {
    return count == MOST;
  }

  /**
   * Completes one frame in one piece.
   *
   * @param i its entry; the flag is cleared
   * @param frame where it lies; {@code length} bytes from {@code at} are in it
   * @return false if the numbers lead out of the frame; then nothing was changed
   */
  boolean complete(Burst frames, int i, MemorySegment frame, long at, int length) {
    long numbers = frames.offload[i];
    int start = Offload.csumStart(numbers);
    int offset = Offload.csumOffset(numbers);
    if (start + offset + 2 > length) {
      return false;
    }
    long to = at + start + offset;
    memory[count] = frame;
    field[count] = to;
    stood[count] = frame.get(SHORT, to);
    entry[count++] = i;
    InternetChecksum.complete(frame, at, length, start, offset);
    frames.flags[i] &= ~Offload.CSUM_PARTIAL;
    return true;
  }

  /**
   * Forgets all; frames from an entry on become again what they were.
   *
   * @return how many stay completed
   */
  int keep(Burst frames, int from) {
    int kept = count;
    while (kept > 0 && entry[kept - 1] >= from) {
      kept--;
      memory[kept].set(SHORT, field[kept], stood[kept]);
      frames.flags[entry[kept]] |= Offload.CSUM_PARTIAL;
    }
    count = 0;
    return kept;
  }
}
