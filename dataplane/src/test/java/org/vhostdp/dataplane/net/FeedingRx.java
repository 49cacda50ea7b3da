package org.vhostdp.dataplane.net;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayDeque;
import java.util.List;
import org.vhostdp.spi.Burst;
import org.vhostdp.spi.Offload;
import org.vhostdp.spi.Region;
import org.vhostdp.spi.RxQueue;
import org.vhostdp.spi.Wakeup;

/**
 * A driver's receive queue that gives what the test feeds it, and fails when its caller breaks a
 * rule of {@link RxQueue}. Frames longer than one slot take several entries.
 */
final class FeedingRx implements RxQueue {
  /** A frame from the wire. */
  record Frame(byte[] bytes, int flags, long offload) {}

  private static final int SLOTS = 256;

  final ArrayDeque<Frame> waiting = new ArrayDeque<>();

  /** Frames given straight into foreign memory. */
  int direct;

  /** Frames that were too long for the foreign buffers. */
  int dropped;

  private final int room;
  private final MemorySegment memory;
  private final MemorySegment[] foreign;
  private final ArrayDeque<Long> lent = new ArrayDeque<>();
  private int nextSlot;

  /**
   * @param room bytes of one entry
   * @param foreign guest memory by region; ids are as {@link NetBed#lent} makes them
   */
  FeedingRx(int room, MemorySegment[] foreign) {
    this.room = room;
    this.foreign = foreign;
    this.memory = Arena.ofAuto().allocate((long) SLOTS * room, 8);
  }

  List<Region> regions() {
    return List.of(new Region(memory));
  }

  void feed(byte[] bytes, int flags, long offload) {
    waiting.add(new Frame(bytes, flags, offload));
  }

  /** Entries received and not released. */
  int lentOut() {
    return lent.size();
  }

  @Override
  public int receive(Burst frames, int max) {
    int n = 0;
    while (!waiting.isEmpty()) {
      byte[] bytes = waiting.peek().bytes;
      int entries = (bytes.length + room - 1) / room;
      if (n + entries > max || lent.size() + entries > SLOTS) {
        break;
      }
      Frame frame = waiting.poll();
      for (int e = 0; e < entries; e++) {
        int length = Math.min(room, bytes.length - e * room);
        long offset = (long) nextSlot * room;
        nextSlot = (nextSlot + 1) % SLOTS;
        MemorySegment.copy(MemorySegment.ofArray(bytes), (long) e * room, memory, offset, length);
        lent.add(offset);
        frames.region[n] = 0;
        frames.offset[n] = offset;
        frames.length[n] = length;
        frames.flags[n] = (e == 0 ? frame.flags : 0) | (e < entries - 1 ? Offload.MORE : 0);
        frames.offload[n++] = frame.offload;
      }
    }
    return n;
  }

  @Override
  public void release(Burst frames, int first, int count) {
    for (int i = first; i < first + count; i++) {
      assertEquals(lent.poll(), frames.offset[i], "released in the order received");
      memory.asSlice(frames.offset[i], room).fill((byte) 0xEE);
    }
  }

  @Override
  public int receiveInto(Burst buffers, int count) {
    assertEquals(0, lent.size(), "frames of before are still held");
    if (waiting.isEmpty()) {
      return 0;
    }
    Frame frame = waiting.poll();
    int done = 0;
    int e = 0;
    for (; e < count && done < frame.bytes.length; e++) {
      assertTrue(buffers.room[e] > 0);
      int length = Math.min(buffers.room[e], frame.bytes.length - done);
      MemorySegment to = foreign[NetBed.regionOf(buffers.region[e])];
      to = to.asSlice(buffers.offset[e], buffers.room[e]);
      MemorySegment.copy(MemorySegment.ofArray(frame.bytes), done, to, 0, length);
      buffers.length[e] = length;
      done += length;
    }
    if (done < frame.bytes.length) {
      dropped++;
      return -1;
    }
    buffers.flags[0] = frame.flags;
    buffers.offload[0] = frame.offload;
    direct++;
    return e;
  }

  @Override
  public Wakeup wakeup() {
    return NetBed.NO_WAKEUP;
  }
}
