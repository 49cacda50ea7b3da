package org.vhostdp.dataplane.qos;

import java.util.function.LongSupplier;
import org.vhostdp.spi.Burst;
import org.vhostdp.spi.Offload;

/**
 * The limits that frames of one queue pass: its own buckets, and the port's, where queues take
 * turns. One IO thread.
 *
 * <p>Bytes are those on the wire without frame check sequence; a frame to be segmented counts as
 * its segments do, headers included, in bytes and in frames.
 */
final class Gate {
  /** A segment takes at least so many bytes, whatever the sender claims. */
  private static final int LEAST_SEGMENT = 64;

  /** Headers longer than that are no headers. */
  private static final int MOST_HEADER = 256;

  /** When to ask again if it is another queue's turn. */
  private static final long PATIENCE_NANOS = 100_000;

  /** A sleep lasts a little longer than it must, so that it is worth it. */
  private static final long REST_NANOS = 250_000;

  private final Bucket[] own;
  private final Bucket[] shared;
  private final Turns turns;
  private final int queue;
  private final int entryBytes;
  private final int entries;
  private final LongSupplier clock;
  private boolean hindered;
  private long bytes;
  private long frames;

  /**
   * Puts buckets together.
   *
   * @param own the queue's
   * @param shared the port's, may be none
   * @param turns at the shared ones, or null
   * @param queue its number there
   * @param entryBytes most bytes of one entry of a burst
   * @param entries most entries of one frame
   */
  Gate(
      Bucket[] own,
      Bucket[] shared,
      Turns turns,
      int queue,
      int entryBytes,
      int entries,
      LongSupplier clock) {
    this.own = own;
    this.shared = shared;
    this.turns = turns;
    this.queue = queue;
    this.entryBytes = entryBytes;
    this.entries = entries;
    this.clock = clock;
  }

  /** Entries that may pass now, at most so many as are wanted; 0 if none may. */
  int most(int wanted) {
    long most = least(own, wanted);
    if (turns != null) {
      most = most == 0 ? noTurn() : turn(most);
    }
    hindered = most == 0;
    return (int) most;
  }

  private long least(Bucket[] buckets, long wanted) {
    long most = wanted;
    for (Bucket bucket : buckets) {
      long tokens = bucket.tokens();
      if (tokens < 0) {
        return 0;
      }
      most = Math.min(most, entries + (bucket.ofPackets() ? tokens : tokens / entryBytes));
    }
    return most;
  }

  /** Its own limit holds it back: others need not wait for it. */
  private long noTurn() {
    turns.idle(queue);
    return 0;
  }

  private long turn(long wanted) {
    long now = clock.getAsLong();
    long most = least(shared, wanted);
    if (most > 0) {
      long room = turns.room(queue, now);
      most = room == 0 ? 0 : Math.min(most, Math.min(entries + room / entryBytes, wanted));
    }
    if (most < wanted) {
      turns.waiting(queue, now + longest(shared) + Turns.GRACE_NANOS);
    } else {
      turns.idle(queue);
    }
    return most;
  }

  /** Whether {@link #most} gave none, last time. */
  boolean hindered() {
    return hindered;
  }

  /** The queue has no more frames. */
  void idle() {
    hindered = false;
    if (turns != null) {
      turns.idle(queue);
    }
  }

  /** Counts entries that have passed. */
  void passed(Burst burst, int first, int count) {
    measure(burst, first, count);
    charge(own, 1);
    charge(shared, 1);
    if (turns != null) {
      turns.served(queue, bytes);
    }
  }

  /** Takes back what {@link #passed} counted of entries that did not pass after all. */
  void back(Burst burst, int first, int count) {
    measure(burst, first, count);
    charge(own, -1);
    charge(shared, -1);
  }

  private void charge(Bucket[] buckets, int sign) {
    for (Bucket bucket : buckets) {
      bucket.charge(sign * (bucket.ofPackets() ? frames : bytes));
    }
  }

  private void measure(Burst burst, int first, int count) {
    int[] length = burst.length;
    int[] flags = burst.flags;
    long sum = 0;
    long whole = 0;
    int end = first + count;
    for (int i = first; i < end; ) {
      int begin = i;
      long frame = length[i];
      while ((flags[i++] & Offload.MORE) != 0 && i < end) {
        frame += length[i];
      }
      int more = (flags[begin] & Offload.GSO_ANY) == 0 ? 0 : furtherSegments(burst, begin, frame);
      sum += frame + (long) more * header(burst, begin);
      whole += 1 + more;
    }
    bytes = sum;
    frames = whole;
  }

  private static int furtherSegments(Burst burst, int i, long frame) {
    int size = Math.max(LEAST_SEGMENT, Offload.gsoSize(burst.offload[i]));
    long payload = frame - header(burst, i);
    return payload <= size ? 0 : (int) ((payload - 1) / size);
  }

  /** Bytes before the payload, as far as the metadata tells without a look into the frame. */
  private static int header(Burst burst, int i) {
    long numbers = burst.offload[i];
    boolean udp = (burst.flags[i] & (Offload.GSO_USO | Offload.GSO_UFO)) != 0;
    int header = Offload.headerLength(numbers);
    if (header == 0) {
      header = Offload.csumStart(numbers) + (udp ? 8 : 20);
    }
    return Math.min(header, MOST_HEADER);
  }

  /** Nanoseconds until it is worth while to ask again; 0 if that is now. */
  long nanosToWait() {
    long least = Math.max(longest(own), longest(shared));
    if (least > 0) {
      return least + rest();
    }
    return turns != null && turns.room(queue, clock.getAsLong()) == 0 ? PATIENCE_NANOS : 0;
  }

  private static long longest(Bucket[] buckets) {
    long longest = 0;
    for (Bucket bucket : buckets) {
      longest = Math.max(longest, bucket.nanosToWait());
    }
    return longest;
  }

  private long rest() {
    long rest = REST_NANOS;
    for (Bucket bucket : own) {
      rest = Math.min(rest, bucket.nanosToFill() / 4);
    }
    for (Bucket bucket : shared) {
      rest = Math.min(rest, bucket.nanosToFill() / 4);
    }
    return rest;
  }
}
