package org.vhostdp.driver.dpdk;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import org.vhostdp.spi.Burst;
import org.vhostdp.spi.TxQueue;
import org.vhostdp.spi.Wakeup;

/**
 * Frames to a poll mode driver. Claimed frames are mbufs of the pool; to transmit is to fill in
 * their fields and to hand over their addresses.
 */
final class DpdkQueueTx implements TxQueue {
  /** Packets handed over at once. */
  private static final int BATCH = 64;

  /** Bytes: an Ethernet header. */
  private static final int SHORTEST = 14;

  /** The first entry of each packet of a batch. */
  private final int[] starts = new int[BATCH + 1];

  private final MemorySegment packets;
  private final MemorySegment memory;
  private final long base;
  private final int bufferBytes;
  private final int room;
  private final DpdkGate gate;
  private final DpdkCounters counters;
  private final Seat seat;
  private final MbufCache cache;
  private final ReleasedMbufs released;
  private final TxClaims claims;
  private final MbufChains chains;
  private MemorySegment burst;
  private MemorySegment prepare;
  private long queue;

  /** Why the packet after those of the batch was refused, or -1. */
  private int refusal;

  /** A packet of the batch wants something of the device. */
  private boolean special;

  /** Bytes of the batch. */
  private long bytes;

  /** What the call has sent so far. */
  private long sentFrames;

  private long sentBytes;

  DpdkQueueTx(
      MbufPool pool,
      ReleasedMbufs released,
      DpdkGate gate,
      DpdkCounters counters,
      MbufChains.Limits limits) {
    this.released = released;
    this.gate = gate;
    this.counters = counters;
    memory = pool.memory();
    base = memory.address();
    bufferBytes = pool.bufferBytes();
    room = bufferBytes - MbufLayout.HEADROOM;
    packets = Arena.ofAuto().allocate((long) BATCH * Long.BYTES, 64);
    seat = Seat.take();
    cache = new MbufCache(pool, seat.number());
    claims = new TxClaims(bufferBytes);
    chains = new MbufChains(pool, claims, limits);
  }

  /**
   * Where bursts go from now on; control threads, before the gate opens.
   *
   * @param prepare may be NULL
   */
  void connect(MemorySegment burst, MemorySegment prepare, long queue) {
    this.burst = burst;
    this.prepare = prepare;
    this.queue = queue;
  }

  @Override
  public int claim(Burst frames, int max) {
    if (!gate.isOpen()) {
      return 0;
    }
    int wanted = Math.min(Math.min(max, frames.capacity()), claims.left());
    if (wanted <= 0) {
      return 0;
    }
    long[] offsets = frames.offset;
    int count = released.take(offsets, wanted);
    if (count < wanted) {
      int more = cache.ready(wanted - count);
      cache.take(offsets, count, more);
      count += more;
    }
    claims.lend(offsets, count);
    name(frames, count);
    return count;
  }

  /** Makes entries of mbufs, of which offset has the place. */
  private void name(Burst frames, int count) {
    int[] regions = frames.region;
    long[] offsets = frames.offset;
    int[] rooms = frames.room;
    int[] flags = frames.flags;
    int bytes = room;
    for (int i = 0; i < count; i++) {
      regions[i] = MbufPool.REGION;
      offsets[i] += MbufLayout.BYTES + MbufLayout.HEADROOM;
      rooms[i] = bytes;
      flags[i] = 0;
    }
  }

  @Override
  public void unclaim(Burst frames, int first, int count) {
    for (int i = first; i < first + count; i++) {
      long mbuf = frames.region[i] == MbufPool.REGION ? claims.take(frames.offset[i]) : -1;
      if (mbuf < 0) {
        throw notLent(frames, i);
      }
      cache.give(base + mbuf);
    }
  }

  private static IllegalStateException notLent(Burst frames, int i) {
    return new IllegalStateException(
        "The frame at offset "
            + frames.offset[i]
            + " of region "
            + frames.region[i]
            + " was given back but is not lent: a frame is transmitted or given back once, by the"
            + " queue that lent it.");
  }

  @Override
  public int transmit(Burst frames, int first, int count) {
    if (!gate.isOpen()) {
      if (count > 0) {
        frames.status[first] = Burst.FULL;
      }
      return 0;
    }
    int end = first + count;
    int at = first;
    boolean more = true;
    while (more && at < end) {
      int filled = fill(frames, at, end);
      int sent = filled == 0 ? 0 : send(frames, filled);
      more = sent == filled && refusal < 0;
      at = starts[sent];
      if (!more) {
        frames.status[at] = refusal;
        counters.add(DpdkCounters.ERRORS, refusal == Burst.FULL ? 0 : 1);
      }
    }
    counters.add(DpdkCounters.FRAMES, sentFrames);
    counters.add(DpdkCounters.BYTES, sentBytes);
    sentFrames = 0;
    sentBytes = 0;
    return at - first;
  }

  /** Makes packets of entries, at most a batch; returns how many. */
  private int fill(Burst frames, int first, int end) {
    int n = 0;
    refusal = -1;
    special = false;
    bytes = 0;
    starts[0] = first;
    while (starts[n] < end && n < BATCH && refusal < 0) {
      int before = n;
      n = plain(frames, n, end);
      if (n == before) {
        n = odd(frames, n, end);
      }
    }
    return n;
  }

  /**
   * Makes packets of entries without metadata, until one that has, or anything else odd about it.
   *
   * @param packet the number of the first
   * @return the number after the last
   */
  private int plain(Burst frames, int packet, int end) {
    MemorySegment mbufs = memory;
    MemorySegment out = packets;
    long[] lent = claims.all();
    int place = claims.head();
    int[] at = starts;
    int[] flags = frames.flags;
    int[] regions = frames.region;
    long[] offsets = frames.offset;
    int[] lengths = frames.length;
    long start = base;
    int most = bufferBytes;
    int i = at[packet];
    int n = packet;
    int count = Math.min(Math.min(end - i, BATCH - packet), claims.lent());
    long sum = 0;
    for (int last = i + count; i < last; i++, n++) {
      long offset = offsets[i];
      int length = lengths[i];
      long mbuf = lent[place + n - packet & lent.length - 1];
      long data = offset - mbuf - MbufLayout.BYTES;
      if ((flags[i] | regions[i]) != 0 || length < SHORTEST || data < 0 || data > most - length) {
        break;
      }
      mbufs.set(ValueLayout.JAVA_LONG_UNALIGNED, mbuf + MbufLayout.REARM, MbufLayout.ALONE | data);
      mbufs.set(ValueLayout.JAVA_LONG_UNALIGNED, mbuf + MbufLayout.FLAGS, 0);
      mbufs.set(
          ValueLayout.JAVA_LONG_UNALIGNED,
          mbuf + MbufLayout.TYPE_AND_LENGTH,
          (long) length << Integer.SIZE);
      mbufs.set(ValueLayout.JAVA_SHORT_UNALIGNED, mbuf + MbufLayout.DATA_LENGTH, (short) length);
      out.set(ValueLayout.JAVA_LONG_UNALIGNED, (long) n * Long.BYTES, start + mbuf);
      at[n + 1] = i + 1;
      sum += length;
    }
    bytes += sum;
    claims.taken(n - packet);
    return n;
  }

  /** Makes a packet of any frame; returns the number after it, or sets why it is refused. */
  private int odd(Burst frames, int n, int end) {
    int next = chains.gather(frames, starts[n], end);
    if (next < 0) {
      refusal = ~next;
      return n;
    }
    packets.set(ValueLayout.JAVA_LONG, (long) n * Long.BYTES, base + chains.head());
    special |= chains.isSpecial();
    bytes += chains.total();
    starts[n + 1] = next;
    return n + 1;
  }

  /** Hands packets over; returns how many were taken. The others are the caller's as before. */
  private int send(Burst frames, int filled) {
    int ready = filled;
    seat.sit();
    if (special && prepare.address() != 0) {
      ready = Native.burst(prepare, queue, packets.address(), filled);
    }
    int sent = ready == 0 ? 0 : Native.burst(burst, queue, packets.address(), ready);
    seat.rise();
    if (sent < filled) {
      takeBack(frames, sent, filled);
      // What the device will never take; or what it has no room for now.
      refusal = sent == ready ? Burst.BAD_OFFLOAD : Burst.FULL;
    }
    sentFrames += sent;
    sentBytes += bytes;
    return sent;
  }

  /** Makes frames of packets again, which are lent as before. */
  private void takeBack(Burst frames, int sent, int filled) {
    int entries = starts[filled] - starts[sent];
    int place = claims.head() - entries;
    for (int k = sent; k < filled; k++) {
      int before = starts[k] - starts[sent];
      bytes -= chains.giveBack(frames, starts[k], starts[k + 1], place + before);
    }
    claims.takenBack(entries);
  }

  /** Takes back what is lent, and what is at hand; control threads, while the gate is shut. */
  void reset() {
    while (claims.lent() > 0) {
      cache.give(base + claims.at(claims.head()));
      claims.taken(1);
    }
    long[] some = new long[MbufCache.BATCH];
    for (int n = released.take(some, some.length); n > 0; n = released.take(some, some.length)) {
      cache.give(some, 0, n);
    }
    cache.empty();
  }

  /** After {@link #reset}: the queue is not used again. */
  void close() {
    seat.leave();
  }

  @Override
  public Wakeup wakeup() {
    return Wakeup.polled();
  }
}
