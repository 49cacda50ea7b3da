package org.vhostdp.tck.reference;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Objects;
import org.vhostdp.linux.LinuxException;
import org.vhostdp.spi.Burst;
import org.vhostdp.spi.Offload;
import org.vhostdp.spi.RxQueue;
import org.vhostdp.spi.Wakeup;

/**
 * Lends frames without end, all alike: broadcast, from a locally administered address, EtherType
 * 0x88B5 (IEEE 802, local experiments), then bytes that count up.
 */
final class SourceRx implements RxQueue, QueueHalf {
  private static final byte[] HEADER = {
    -1, -1, -1, -1, -1, -1, 2, 0, 0, 0, 0, 1, (byte) 0x88, (byte) 0xB5
  };

  private final int frameBytes;
  private final ForeignTable foreign;
  private final Tally tally;
  private final Signal signal = new Signal(() -> true);

  /** Null while stopped. */
  private FrameArea area;

  private long next;
  private long head;

  /** Whether the port's settings let this queue receive; control threads write it. */
  private volatile boolean active;

  /**
   * @param foreign the lent regions, or null if there may be none
   */
  SourceRx(int frameBytes, ForeignTable foreign, Tally tally) {
    this.frameBytes = frameBytes;
    this.foreign = foreign;
    this.tally = tally;
  }

  void begin(FrameArea frames) throws LinuxException {
    signal.open();
    for (int slot = 0; slot < frames.count; slot++) {
      long start = frames.start(slot);
      MemorySegment.copy(HEADER, 0, frames.memory, ValueLayout.JAVA_BYTE, start, HEADER.length);
      for (int i = HEADER.length; i < frameBytes; i++) {
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
    for (int i = 0; i < n; i++) {
      int slot = (int) (next + i) & from.count - 1;
      burst.region[i] = LoopbackPort.REGION;
      burst.offset[i] = from.base + from.start(slot);
      burst.length[i] = frameBytes;
      burst.flags[i] = 0;
    }
    next += n;
    count(n);
    return n;
  }

  private void count(int n) {
    tally.add(Tally.FRAMES, n);
    tally.add(Tally.BYTES, (long) n * frameBytes);
  }

  @Override
  public void release(Burst burst, int first, int count) {
    FrameArea to = area;
    if (to == null) {
      return;
    }
    Objects.checkFromIndexSize(first, count, burst.capacity());
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
    int done = 0;
    for (int i = 0; i < count; i++) {
      int room = buffers.room[i];
      if (room <= 0 || !foreign.holdsWritable(buffers.region[i], buffers.offset[i], room)) {
        buffers.status[i] = Burst.BAD_MEMORY;
        return 0;
      }
      int n = Math.min(room, frameBytes - done);
      MemorySegment to = foreign.region(buffers.region[i]);
      MemorySegment.copy(from.memory, from.start(0) + done, to, buffers.offset[i], n);
      done += n;
      buffers.length[i] = n;
      buffers.flags[i] = done < frameBytes ? Offload.MORE : 0;
      if (done == frameBytes) {
        count(1);
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
