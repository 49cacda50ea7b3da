package org.vhostdp.dataplane.capture;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.List;
import org.vhostdp.dataplane.stage.Regions;
import org.vhostdp.spi.Burst;
import org.vhostdp.spi.Offload;
import org.vhostdp.spi.Region;
import org.vhostdp.spi.RxQueue;
import org.vhostdp.spi.TxQueue;
import org.vhostdp.spi.Wakeup;

/** A driver's queues for tests: accepts as many entries as told, gives what is laid out. */
final class Cable implements TxQueue, RxQueue {
  static final int ENTRIES = 32;
  static final int ROOM = 2048;

  final MemorySegment memory = Arena.ofAuto().allocate(ENTRIES * ROOM);
  final Regions regions = new Regions(List.of(new Region(memory)));
  final Burst burst = new Burst(ENTRIES);
  int accepts = ENTRIES;
  int gives;
  boolean scrambles;

  /** Lays a frame out at an entry. */
  void lay(int entry, byte[] frame, int flags) {
    burst.region[entry] = 0;
    burst.offset[entry] = (long) entry * ROOM;
    burst.length[entry] = frame.length;
    burst.flags[entry] = flags;
    MemorySegment.copy(frame, 0, memory, ValueLayout.JAVA_BYTE, (long) entry * ROOM, frame.length);
  }

  @Override
  public int claim(Burst frames, int max) {
    return 0;
  }

  @Override
  public void unclaim(Burst frames, int first, int count) {}

  @Override
  public int transmit(Burst frames, int first, int count) {
    int accepted = Math.min(accepts, count);
    if (scrambles) {
      for (int i = first; i < first + accepted; i++) {
        memory.asSlice((long) i * ROOM, ROOM).fill((byte) 0xEE);
        frames.flags[i] = Offload.MORE;
      }
    }
    return accepted;
  }

  @Override
  public int receive(Burst frames, int max) {
    return gives;
  }

  @Override
  public void release(Burst frames, int first, int count) {}

  @Override
  public Wakeup wakeup() {
    throw new UnsupportedOperationException("nobody sleeps here");
  }
}
