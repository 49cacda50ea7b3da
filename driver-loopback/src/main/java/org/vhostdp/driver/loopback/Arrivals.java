package org.vhostdp.driver.loopback;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import org.vhostdp.linux.CallState;

/**
 * The ring of frames that arrived at one receive queue: many senders, one receiver, no locks.
 * Position p lives in slot p modulo the depth, and {@code turn[slot]} says whose it is: p, a
 * sender's to fill; p + 1, the receiver's. A sender takes a position by compare-and-set and
 * publishes it by the turn, so frames of one sender stay in order.
 */
final class Arrivals {
  private static final VarHandle TAIL;
  private static final VarHandle WANTED;
  private static final VarHandle TURN = MethodHandles.arrayElementVarHandle(long[].class);

  static {
    try {
      MethodHandles.Lookup lookup = MethodHandles.lookup();
      TAIL = lookup.findVarHandle(Arrivals.class, "tail", long.class);
      WANTED = lookup.findVarHandle(Arrivals.class, "wanted", int.class);
    } catch (ReflectiveOperationException e) {
      throw new ExceptionInInitializerError(e);
    }
  }

  final FrameArea area;
  final int[] length;
  final int[] flags;
  final long[] offload;
  final int[] vlan;
  final int[] hash;
  final int[] hashType;
  final Tally tally;
  private final Signal arrived;
  private final long[] turn;
  private final int mask;

  /** Next position a sender takes. */
  private long tail;

  /** 1 if a sender wants to know when a slot becomes free. */
  private int wanted;

  /** Next position to receive; the receiver's. */
  private long next;

  /** Oldest position not given back; the receiver's. */
  private long head;

  /**
   * Slots between head and next that the receiver is done with, though older ones are still lent.
   */
  private final boolean[] done;

  /**
   * @param area as many frames as the ring is deep
   * @param arrived woken when a frame arrives
   * @param tally of the receive queue
   */
  Arrivals(FrameArea area, Signal arrived, Tally tally) {
    this.area = area;
    this.arrived = arrived;
    this.tally = tally;
    int depth = area.count;
    mask = depth - 1;
    length = new int[depth];
    flags = new int[depth];
    offload = new long[depth];
    vlan = new int[depth];
    hash = new int[depth];
    hashType = new int[depth];
    done = new boolean[depth];
    turn = new long[depth];
    for (int slot = 0; slot < depth; slot++) {
      turn[slot] = slot;
    }
  }

  int slot(long position) {
    return (int) position & mask;
  }

  // Senders.

  /** Takes a position to fill, or -1 if the ring is full. */
  long take() {
    while (true) {
      long at = (long) TAIL.getVolatile(this);
      long ahead = (long) TURN.getAcquire(turn, slot(at)) - at;
      if (ahead < 0) {
        return -1;
      }
      if (ahead == 0 && TAIL.compareAndSet(this, at, at + 1)) {
        length[slot(at)] = 0;
        return at;
      }
    }
  }

  /** Hands a filled position to the receiver; one whose length is still 0 is passed over. */
  void publish(long position) {
    // The frame's bytes and words happen before the receiver sees its turn.
    TURN.setRelease(turn, slot(position), position + 1);
  }

  /** Wakes the receiver if it sleeps; a full fence stands after the last publish. */
  void announce(CallState caller) {
    arrived.wake(caller);
  }

  /** Asks to be woken when there is room; then look again with {@link #hasRoom()}. */
  void wantRoom() {
    WANTED.setOpaque(this, 1);
    VarHandle.fullFence();
  }

  boolean hasRoom() {
    long at = (long) TAIL.getOpaque(this);
    return (long) TURN.getAcquire(turn, slot(at)) >= at;
  }

  // The receiver.

  /** The slot of the next frame, or -1 if none has arrived. */
  int peek() {
    int slot = slot(next);
    return (long) TURN.getAcquire(turn, slot) == next + 1 ? slot : -1;
  }

  /** The frame that peek found is lent now. */
  void lend() {
    next++;
  }

  /** The frame that peek found is of no more use. */
  void consume() {
    if (head == next) {
      next++;
      free();
    } else {
      done[slot(next)] = true;
      next++;
    }
  }

  /**
   * Takes back the oldest lent frame.
   *
   * @return false if that is not the frame that a slot holds
   */
  boolean giveBack(int slot) {
    if (head == next || slot != slot(head)) {
      return false;
    }
    free();
    while (head != next && done[slot(head)]) {
      done[slot(head)] = false;
      free();
    }
    return true;
  }

  private void free() {
    // All reads of the slot happen before a sender fills it again.
    TURN.setRelease(turn, slot(head), head + turn.length);
    head++;
  }

  /** Whether a sender waits for room; asking ends the wait. A full fence stands after giveBack. */
  boolean roomWanted() {
    return (int) WANTED.getOpaque(this) != 0 && (int) WANTED.getAndSet(this, 0) != 0;
  }

  /** Frames lent now. */
  int lent() {
    int n = 0;
    for (long at = head; at != next; at++) {
      n += done[slot(at)] ? 0 : 1;
    }
    return n;
  }

  /** Frames that arrived and were not received. */
  long waiting() {
    return (long) TAIL.getAcquire(this) - next;
  }
}
