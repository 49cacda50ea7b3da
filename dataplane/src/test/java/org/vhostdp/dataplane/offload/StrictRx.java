package org.vhostdp.dataplane.offload;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Random;
import org.vhostdp.spi.Burst;
import org.vhostdp.spi.Offload;
import org.vhostdp.spi.Region;
import org.vhostdp.spi.RxQueue;
import org.vhostdp.spi.Wakeup;

/**
 * A driver's receive queue below a stage: gives what the test feeds it in bursts of random sizes,
 * and fails when the stage receives before it released, or releases other than in order and once.
 */
final class StrictRx implements RxQueue {
  /** At most lent at once, as stages have it. */
  static final int LENT = 32;

  private static final byte GONE = (byte) 0xEE;

  final ArrayDeque<Received> waiting = new ArrayDeque<>();

  /** Called before each burst. */
  Runnable before = () -> {};

  /** Bytes of an entry; longer frames have several. */
  int room = 70_000;

  private final MemorySegment memory = Arena.ofAuto().allocate(LENT * 70_000L);
  private final ArrayDeque<Long> lent = new ArrayDeque<>();
  private final Random random;
  private long next;
  private int burst;

  /**
   * @param burst frames of each burst; 0 for random numbers of them
   */
  StrictRx(Random random, int burst) {
    this.random = random;
    this.burst = burst;
  }

  List<Region> regions() {
    return List.of(new Region(memory));
  }

  int lentOut() {
    return lent.size();
  }

  void burst(int frames) {
    burst = frames;
  }

  @Override
  public int receive(Burst frames, int max) {
    assertEquals(0, lent.size(), "received before everything was released");
    before.run();
    int most = burst > 0 ? burst : 1 + random.nextInt(LENT);
    int n = 0;
    next = 0;
    for (int f = 0; f < most && !waiting.isEmpty(); f++) {
      Received frame = waiting.peek();
      int entries = Math.max(1, (frame.bytes().length + room - 1) / room);
      if (n + entries > Math.min(max, LENT)) {
        break;
      }
      waiting.poll();
      lend(frame, entries, frames, n);
      n += entries;
    }
    return n;
  }

  private void lend(Received frame, int entries, Burst frames, int first) {
    for (int i = 0; i < entries; i++) {
      int e = first + i;
      int length = Math.min(room, frame.bytes().length - i * room);
      MemorySegment bytes = MemorySegment.ofArray(frame.bytes());
      MemorySegment.copy(bytes, (long) i * room, memory, next, length);
      frames.region[e] = 0;
      frames.offset[e] = next;
      frames.length[e] = length;
      frames.flags[e] = (i == 0 ? frame.flags() : 0) | (i < entries - 1 ? Offload.MORE : 0);
      frames.offload[e] = frame.offload();
      frames.vlan[e] = frame.vlan();
      lent.add(next);
      next += length;
    }
  }

  @Override
  public void release(Burst frames, int first, int count) {
    assertTrue(count > 0, "nothing to release");
    for (int e = first; e < first + count; e++) {
      assertEquals(lent.poll(), frames.offset[e], "released once and in the order received");
      memory.asSlice(frames.offset[e], frames.length[e]).fill(GONE);
    }
  }

  @Override
  public Wakeup wakeup() {
    throw new IllegalStateException("nobody sleeps here");
  }
}
