package org.vhostdp.dataplane.net;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.IntUnaryOperator;
import java.util.function.Predicate;
import org.vhostdp.spi.Burst;
import org.vhostdp.spi.Offload;
import org.vhostdp.spi.Region;
import org.vhostdp.spi.TxQueue;
import org.vhostdp.spi.Wakeup;

/**
 * A driver's transmit queue that keeps what it is given, and fails when its caller breaks a rule of
 * {@link TxQueue}. How much it lends and accepts is the test's choice.
 */
final class RecordingTx implements TxQueue {
  /** A frame on the wire. */
  record Sent(byte[] bytes, int flags, long offload) {}

  private static final int SLOTS = 64;

  final List<Sent> sent = new ArrayList<>();

  /** Frames to lend when so many are asked for. */
  IntUnaryOperator claims = max -> max;

  /** Frames to accept of so many. */
  IntUnaryOperator accepts = frames -> frames;

  /** Looks at each accepted frame. */
  interface Check {
    void accepted(byte[] bytes, int flags, long offload);
  }

  /** What must hold for each accepted frame. */
  Check checked = (bytes, flags, offload) -> {};

  /** Frames that can never be sent. */
  Predicate<byte[]> refused = frame -> false;

  private final int room;
  private final MemorySegment memory;
  private final MemorySegment[] foreign;
  private final ArrayDeque<Long> free = new ArrayDeque<>();
  private final Set<Long> lent = new HashSet<>();

  /**
   * @param room bytes of a claimed frame
   * @param foreign guest memory by region; ids are as {@link NetBed#lent} makes them
   */
  RecordingTx(int room, MemorySegment[] foreign) {
    this.room = room;
    this.foreign = foreign;
    this.memory = Arena.ofAuto().allocate((long) SLOTS * room, 8);
    for (long slot = 0; slot < SLOTS; slot++) {
      free.add(slot * room);
    }
  }

  List<Region> regions() {
    return List.of(new Region(memory));
  }

  /** Frames claimed and neither sent nor given back. */
  int lentOut() {
    return lent.size();
  }

  @Override
  public int claim(Burst frames, int max) {
    assertTrue(max >= 0 && max <= frames.capacity());
    int n = Math.min(Math.min(max, claims.applyAsInt(max)), free.size());
    for (int i = 0; i < n; i++) {
      long offset = free.poll();
      lent.add(offset);
      frames.region[i] = 0;
      frames.offset[i] = offset;
      frames.room[i] = room;
    }
    return n;
  }

  @Override
  public void unclaim(Burst frames, int first, int count) {
    for (int i = first; i < first + count; i++) {
      giveBack(frames.offset[i]);
    }
  }

  private void giveBack(long offset) {
    assertTrue(lent.remove(offset), "a frame that was not claimed is given back");
    memory.asSlice(offset, room).fill((byte) 0xEE);
    free.add(offset);
  }

  @Override
  public int transmit(Burst frames, int first, int count) {
    int most = accepts.applyAsInt(count);
    int accepted = 0;
    for (int at = first; at < first + count; ) {
      int end = at + 1;
      while ((frames.flags[end - 1] & Offload.MORE) != 0) {
        end++;
        assertTrue(end <= first + count, "the burst ends inside a frame");
      }
      byte[] bytes = bytes(frames, at, end);
      boolean never = refused.test(bytes);
      if (never || accepted == most) {
        frames.status[at] = never ? Burst.REFUSED : Burst.FULL;
        return at - first;
      }
      checked.accepted(bytes, frames.flags[at] & ~Offload.MORE, frames.offload[at]);
      sent.add(new Sent(bytes, frames.flags[at] & ~Offload.MORE, frames.offload[at]));
      for (int e = at; e < end; e++) {
        if (frames.region[e] == 0) {
          giveBack(frames.offset[e]);
        }
      }
      accepted++;
      at = end;
    }
    return count;
  }

  private byte[] bytes(Burst frames, int first, int end) {
    ByteArrayOutputStream frame = new ByteArrayOutputStream();
    for (int e = first; e < end; e++) {
      assertTrue(frames.length[e] > 0);
      if (frames.region[e] == 0) {
        assertTrue(lent.contains(frames.offset[e]), "a frame that was not claimed");
        assertTrue(frames.length[e] <= room);
      }
      if (e > first) {
        assertEquals(0, frames.flags[e] & ~Offload.MORE, "metadata stands in the first entry");
      }
      MemorySegment from =
          frames.region[e] == 0 ? memory : foreign[NetBed.regionOf(frames.region[e])];
      frame.writeBytes(
          from.asSlice(frames.offset[e], frames.length[e]).toArray(ValueLayout.JAVA_BYTE));
    }
    return frame.toByteArray();
  }

  @Override
  public Wakeup wakeup() {
    return NetBed.NO_WAKEUP;
  }
}
