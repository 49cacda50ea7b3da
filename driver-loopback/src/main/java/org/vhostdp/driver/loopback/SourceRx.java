package org.vhostdp.driver.loopback;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import java.util.Objects;
import java.util.Random;
import org.vhostdp.linux.LinuxException;
import org.vhostdp.spi.Burst;
import org.vhostdp.spi.Offload;
import org.vhostdp.spi.RxQueue;
import org.vhostdp.spi.Wakeup;

/**
 * Lends frames without end: broadcast, from a locally administered address, EtherType 0x88B5 (IEEE
 * 802, local experiments), then bytes that count up. All have one length, or lengths in an order
 * that no branch predictor knows.
 */
final class SourceRx implements RxQueue, QueueHalf {
  private static final byte[] HEADER = {
    -1, -1, -1, -1, -1, -1, 2, 0, 0, 0, 0, 1, (byte) 0x88, (byte) 0xB5
  };

  static final int LONGEST = 1518;

  private static final int[] MIX = {64, 570, LONGEST};

  private final int frameBytes;
  private final boolean mix;
  private final ForeignTable foreign;
  private final Tally tally;
  private final Signal signal = new Signal(() -> true);

  /** Null while stopped. */
  private FrameArea area;

  /** Bytes of the frame in each slot. */
  private int[] lengths = {};

  /** Where it begins in the region. */
  private long[] offsets = {};

  private long next;
  private long head;
  private long intoNext;

  /** Whether the port's settings let this queue receive; control threads write it. */
  private volatile boolean active;

  /**
   * @param foreign the lent regions, or null if there may be none
   */
  SourceRx(int frameBytes, boolean mix, ForeignTable foreign, Tally tally) {
    this.frameBytes = frameBytes;
    this.mix = mix;
    this.foreign = foreign;
    this.tally = tally;
  }

  void begin(FrameArea frames) throws LinuxException {
    signal.open();
    Random order = new Random(1);
    lengths = new int[frames.count];
    offsets = frames.offsets();
    for (int slot = 0; slot < frames.count; slot++) {
      long start = frames.start(slot);
      MemorySegment.copy(HEADER, 0, frames.memory, ValueLayout.JAVA_BYTE, start, HEADER.length);
      lengths[slot] = mix ? MIX[order.nextInt(MIX.length)] : frameBytes;
      for (int i = HEADER.length; i < lengths[slot]; i++) {
        frames.memory.set(ValueLayout.JAVA_BYTE, start + i, (byte) i);
      }
    }
    next = 0;
    head = 0;
    area = frames;
  }

  @Override
  public int end() {
    int lent = (int) (next - head);
    next = 0;
    head = 0;
    area = null;
    signal.close();
    return lent;
  }

  void active(boolean now) {
    active = now;
  }

  @Override
  public int receive(Burst burst, int max) {
    FrameArea from = area;
    if (from == null || !active) {
      return 0;
    }
    int free = from.count - (int) (next - head);
    int n = Math.max(0, Math.min(Math.min(max, burst.capacity()), free));
    Circle.read(offsets, next, burst.offset, n);
    Circle.read(lengths, next, burst.length, n);
    Arrays.fill(burst.region, 0, n, LoopbackPort.REGION);
    Arrays.fill(burst.flags, 0, n, 0);
    next += n;
    tally.addFrames(burst.length, n);
    return n;
  }

  @Override
  public void release(Burst burst, int first, int count) {
    FrameArea to = area;
    if (to == null) {
      return;
    }
    Objects.checkFromIndexSize(first, count, burst.capacity());
    if (count <= next - head
        && Circle.matches(offsets, head, burst.offset, first, count)
        && FrameCheck.own(burst, first, first + count)) {
      head += count;
    } else {
      releaseEach(to, burst, first, count);
    }
  }

  private void releaseEach(FrameArea to, Burst burst, int first, int count) {
    int wrong = 0;
    for (int i = first; i < first + count; i++) {
      int oldest = (int) head & to.count - 1;
      if (head != next
          && burst.region[i] == LoopbackPort.REGION
          && to.slot(burst.offset[i]) == oldest) {
        head++;
      } else {
        wrong++;
      }
    }
    if (wrong != 0) {
      tally.add(Tally.LENDING_ERRORS, wrong);
    }
  }

  @Override
  public int receiveInto(Burst buffers, int count) {
    FrameArea from = area;
    if (from == null || !active || foreign == null || count <= 0) {
      return 0;
    }
    Objects.checkFromIndexSize(0, count, buffers.capacity());
    // Frames put straight into foreign memory stay the source's own: nothing is lent meanwhile.
    int slot = (int) intoNext & from.count - 1;
    int whole = lengths[slot];
    int done = 0;
    for (int i = 0; i < count; i++) {
      int room = buffers.room[i];
      if (room <= 0 || !foreign.holdsWritable(buffers.region[i], buffers.offset[i], room)) {
        buffers.status[i] = Burst.BAD_MEMORY;
        return 0;
      }
      int n = Math.min(room, whole - done);
      MemorySegment to = foreign.region(buffers.region[i]);
      MemorySegment.copy(from.memory, from.start(slot) + done, to, buffers.offset[i], n);
      done += n;
      buffers.length[i] = n;
      buffers.flags[i] = done < whole ? Offload.MORE : 0;
      if (done == whole) {
        intoNext++;
        tally.add(Tally.FRAMES, 1);
        tally.add(Tally.BYTES, whole);
        return i + 1;
      }
    }
    tally.add(Tally.DROPPED, 1);
    tally.add(Tally.TOO_LONG, 1);
    return -1;
  }

  @Override
  public Wakeup wakeup() {
    return signal;
  }
}
