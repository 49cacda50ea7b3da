package org.vhostdp.dataplane.offload;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.function.IntUnaryOperator;
import java.util.function.Predicate;
import org.vhostdp.spi.Burst;
import org.vhostdp.spi.Capabilities;
import org.vhostdp.spi.Offload;
import org.vhostdp.spi.Region;
import org.vhostdp.spi.TxQueue;
import org.vhostdp.spi.Wakeup;

/**
 * A driver's queue that holds its caller to every rule of lending and to its own capabilities, and
 * keeps what it is given. Bytes between its frames are guarded.
 */
final class StrictTx implements TxQueue {
  /** A frame on the wire. */
  record Sent(byte[] bytes, int flags, long offload, int entries) {}

  private static final int GUARDED = 64;
  private static final byte GUARD = 0x6D;

  final List<Sent> sent = new ArrayList<>();
  final Capabilities can;

  /** Frames to lend when so many are asked for. */
  IntUnaryOperator claims = max -> max;

  /** Frames to accept of so many entries. */
  IntUnaryOperator accepts = entries -> entries;

  /** Frames that can never be sent. */
  Predicate<byte[]> refused = frame -> false;

  /** Calls of transmit. */
  int calls;

  private final int stride;
  private final MemorySegment memory;
  private final ArrayDeque<Integer> free = new ArrayDeque<>();
  private final boolean[] lent;
  private int out;

  StrictTx(Capabilities can) {
    this.can = can;
    stride = can.frameRoom() + GUARDED;
    memory = Arena.ofAuto().allocate(GUARDED + (long) can.txLent() * stride, 64).fill(GUARD);
    lent = new boolean[can.txLent()];
    for (int i = 0; i < lent.length; i++) {
      free.add(i);
    }
  }

  List<Region> regions() {
    return List.of(new Region(memory));
  }

  /** Frames claimed and neither sent nor given back. */
  int lentOut() {
    return out;
  }

  @Override
  public int claim(Burst frames, int max) {
    assertTrue(max >= 0 && max <= frames.capacity(), "asks for more than the burst holds");
    int n = Math.min(Math.min(max, claims.applyAsInt(max)), free.size());
    for (int i = 0; i < n; i++) {
      int slot = free.poll();
      lent[slot] = true;
      out++;
      frames.region[i] = 0;
      frames.offset[i] = GUARDED + (long) slot * stride;
      frames.room[i] = can.frameRoom();
    }
    return n;
  }

  @Override
  public void unclaim(Burst frames, int first, int count) {
    for (int i = first; i < first + count; i++) {
      giveBack(frames, i);
    }
  }

  private int slot(long offset) {
    return (int) ((offset - GUARDED) / stride);
  }

  private void giveBack(Burst frames, int i) {
    assertEquals(0, frames.region[i], "a frame of somebody else");
    int slot = slot(frames.offset[i]);
    assertTrue(lent[slot], "a frame that was not claimed is given back");
    lent[slot] = false;
    out--;
    long start = GUARDED + (long) slot * stride;
    memory.asSlice(start, can.frameRoom()).fill((byte) 0xEE);
    for (long at = start - GUARDED; at < start; at++) {
      assertEquals(GUARD, memory.get(ValueLayout.JAVA_BYTE, at), "written before a frame");
      long behind = at + stride;
      assertEquals(GUARD, memory.get(ValueLayout.JAVA_BYTE, behind), "written behind a frame");
    }
    free.add(slot);
  }

  @Override
  public int transmit(Burst frames, int first, int count) {
    calls++;
    assertTrue(count > 0, "a call for nothing");
    int most = accepts.applyAsInt(count);
    int accepted = 0;
    for (int at = first; at < first + count; ) {
      int end = at + 1;
      while (end < first + count && (frames.flags[end - 1] & Offload.MORE) != 0) {
        end++;
      }
      int status = accepted == most ? Burst.FULL : accept(frames, at, end);
      if (status >= 0) {
        frames.status[at] = status;
        return at - first;
      }
      accepted++;
      at = end;
    }
    return count;
  }

  /** Takes a frame; or says why not. */
  private int accept(Burst frames, int at, int end) {
    int flags = frames.flags[at] & ~Offload.MORE;
    if ((frames.flags[end - 1] & Offload.MORE) != 0) {
      return Burst.REFUSED;
    }
    byte[] bytes = bytes(frames, at, end);
    if (bytes == null) {
      return Burst.BAD_MEMORY;
    }
    if (bytes.length > can.maxFrame() || end - at > can.maxSegments()) {
      return Burst.TOO_LONG;
    }
    if ((flags & ~can.txOffloads()) != 0) {
      return Burst.BAD_OFFLOAD;
    }
    if (refused.test(bytes)) {
      return Burst.REFUSED;
    }
    sent.add(new Sent(bytes, flags, flags == 0 ? 0 : frames.offload[at], end - at));
    for (int e = at; e < end; e++) {
      giveBack(frames, e);
    }
    return -1;
  }

  private byte[] bytes(Burst frames, int first, int end) {
    ByteArrayOutputStream frame = new ByteArrayOutputStream();
    for (int e = first; e < end; e++) {
      int length = frames.length[e];
      long offset = frames.offset[e];
      if (frames.region[e] != 0
          || length <= 0
          || offset < GUARDED
          || length > memory.byteSize()
          || offset > memory.byteSize() - length) {
        return null;
      }
      int slot = slot(offset);
      if (!lent[slot] || offset + length > GUARDED + (long) slot * stride + can.frameRoom()) {
        return null;
      }
      frame.writeBytes(memory.asSlice(offset, length).toArray(ValueLayout.JAVA_BYTE));
    }
    return frame.toByteArray();
  }

  @Override
  public Wakeup wakeup() {
    return Wakeup.polled();
  }
}
