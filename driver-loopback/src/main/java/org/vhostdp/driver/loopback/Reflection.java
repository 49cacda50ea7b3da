package org.vhostdp.driver.loopback;

import java.lang.invoke.VarHandle;
import java.util.concurrent.atomic.AtomicLongArray;
import org.vhostdp.linux.CallState;

/**
 * The frames that go round between a transmit queue and a receive queue: one sender, one receiver,
 * no locks. Position p lives in slot p modulo the depth. The sender claims positions and publishes
 * them in order; the receiver lends and frees them in the same order; a freed position's slot can
 * be claimed again. So every frame stays where it was written.
 */
final class Reflection {
  /** Keeps the two positions out of each other's and anybody else's cache line. */
  private static final int PADDING = 16;

  private static final int PUBLISHED = PADDING;
  private static final int FREED = 2 * PADDING;

  final FrameArea area;

  /** Where each slot's frame begins, bytes from the region's start. */
  final long[] starts;

  /** Where the bytes transmitted in it begin, which the sender may have moved. */
  final long[] offset;

  /** How many they are. */
  final int[] length;

  private final AtomicLongArray positions = new AtomicLongArray(3 * PADDING);
  private final Signal arrived;
  private final Signal room;

  /**
   * @param area as many frames as may be under way
   * @param arrived woken when frames are published
   * @param room woken when frames are freed
   */
  Reflection(FrameArea area, Signal arrived, Signal room) {
    this.area = area;
    this.arrived = arrived;
    this.room = room;
    starts = area.offsets();
    offset = new long[area.count];
    length = new int[area.count];
  }

  int slot(long position) {
    return (int) position & area.count - 1;
  }

  /** All positions before this one are transmitted. The receiver. */
  long published() {
    return positions.getAcquire(PUBLISHED);
  }

  /** All positions before this one are released. The sender. */
  long freed() {
    return positions.getAcquire(FREED);
  }

  /** The sender has transmitted all positions before this one. */
  void publish(long end, CallState sender) {
    // The frames' bytes, offsets and lengths happen before the receiver sees them.
    positions.setRelease(PUBLISHED, end);
    // They must be visible before the receiver's flag is read; see Signal.
    VarHandle.fullFence();
    arrived.wake(sender);
  }

  /** The receiver is done with all positions before this one. */
  void free(long end, CallState receiver) {
    // All reads of the frames happen before the sender writes there again.
    positions.setRelease(FREED, end);
    VarHandle.fullFence();
    room.wake(receiver);
  }
}
