package org.vhostdp.linux;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.ref.Reference;
import org.vhostdp.linux.generated.pollfd;

/** poll(2) over a few descriptors, for control threads. One thread uses an instance. */
public final class Poll {
  /** POLLIN: readable. */
  public static final int IN = 1;

  /** POLLOUT: writable. */
  public static final int OUT = 4;

  /** POLLERR: an error is pending; always reported. */
  public static final int ERR = 8;

  /** POLLHUP: the other side is gone; always reported. */
  public static final int HUP = 16;

  /** POLLNVAL: the descriptor is not open; always reported. */
  public static final int NVAL = 32;

  private static final ValueLayout.OfShort REVENTS = pollfd.revents$layout();
  private static final long REVENTS_OFFSET = pollfd.revents$offset();
  private static final long SLOT_BYTES = pollfd.sizeof();

  private final int capacity;
  private final MemorySegment slots;

  /**
   * A set of slots that ignore everything.
   *
   * @param capacity slots
   */
  public Poll(int capacity) {
    this.capacity = capacity;
    slots = pollfd.allocateArray(capacity, Arena.ofAuto());
    for (int i = 0; i < capacity; i++) {
      set(i, -1, 0);
    }
  }

  /**
   * Watches a descriptor.
   *
   * @param slot 0 to capacity - 1
   * @param fd the descriptor, which stays the caller's; -1 = ignore this slot
   * @param events {@link #IN}, {@link #OUT} or both
   */
  public void set(int slot, int fd, int events) {
    MemorySegment entry = pollfd.asSlice(slots, slot);
    pollfd.fd(entry, fd);
    pollfd.events(entry, (short) events);
    pollfd.revents(entry, (short) 0);
  }

  /**
   * Waits until a slot is ready.
   *
   * @param timeoutMillis milliseconds; 0 = do not wait, -1 = for ever
   * @return ready slots; 0 after the timeout and when a signal interrupted the wait
   */
  public int await(int timeoutMillis) throws LinuxException {
    int result = EventCalls.poll(CallState.ofThread(), slots, capacity, timeoutMillis);
    Reference.reachabilityFence(slots);
    if (result < 0 && result != -Errno.EINTR) {
      throw new LinuxException("poll", capacity + " descriptors", -result);
    }
    if (result <= 0) {
      // An interrupted poll leaves the previous answers in place.
      for (int i = 0; i < capacity; i++) {
        slots.set(REVENTS, revents(i), (short) 0);
      }
    }
    return Math.max(result, 0);
  }

  /** What the last {@link #await} saw on the slot, a set of {@link #IN}, {@link #OUT}, ... */
  public int ready(int slot) {
    return slots.get(REVENTS, revents(slot));
  }

  // By offset, not by slice: a slice is an object unless the compiler removes it, and here it
  // sometimes does not.
  private static long revents(int slot) {
    return slot * SLOT_BYTES + REVENTS_OFFSET;
  }
}
