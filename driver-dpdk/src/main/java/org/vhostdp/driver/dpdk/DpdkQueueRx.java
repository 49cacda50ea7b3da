package org.vhostdp.driver.dpdk;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import org.vhostdp.driver.dpdk.feature.MbufOffloads;
import org.vhostdp.spi.Burst;
import org.vhostdp.spi.RxQueue;
import org.vhostdp.spi.Wakeup;

/** Frames from a poll mode driver: its mbufs are lent as they are. */
final class DpdkQueueRx implements RxQueue {
  /** Most frames lent at once. */
  static final int MOST_LENT = 256;

  /** Packets asked for at once. */
  private static final int BATCH = 64;

  private static final long SPECIAL = MbufLayout.ELSEWHERE | MbufOffloads.RX_MASK;

  private final MemorySegment packets;
  private final MbufPool pool;
  private final MemorySegment memory;
  private final long base;
  private final long lastMbuf;
  private final int bufferBytes;
  private final DpdkGate gate;
  private final DpdkCounters counters;
  private final Seat seat;
  private final MbufCache cache;
  private final RxLoans loans;
  private final RxChains chains;
  private MemorySegment burst;
  private long queue;
  private Wakeup wakeup = Wakeup.polled();

  /** Of the packets that were got, the first that is not described yet, and the end. */
  private int next;

  private int end;

  /** Bytes that the call has lent so far. */
  private long bytes;

  /** Mbufs that a call of release gives back at once. */
  private final long[] back = new long[MbufCache.BATCH];

  DpdkQueueRx(MbufPool pool, DpdkGate gate, DpdkCounters counters) {
    this.pool = pool;
    this.gate = gate;
    this.counters = counters;
    memory = pool.memory();
    base = memory.address();
    bufferBytes = pool.bufferBytes();
    lastMbuf = memory.byteSize() - MbufLayout.BYTES - bufferBytes;
    packets = Arena.ofAuto().allocate((long) BATCH * Long.BYTES, 64);
    seat = Seat.take();
    cache = new MbufCache(pool, seat.number());
    loans = new RxLoans(MOST_LENT);
    chains = new RxChains(pool, loans);
  }

  /** Where bursts come from now on; control threads, before the gate opens. */
  void connect(MemorySegment function, long data, int offloads) {
    burst = function;
    queue = data;
    chains.allow(offloads);
  }

  @Override
  public int receive(Burst frames, int max) {
    if (!gate.isOpen()) {
      return 0;
    }
    int limit = Math.min(Math.min(max, frames.capacity()), loans.left());
    if (limit <= 0) {
      return 0;
    }
    if (next == end) {
      fetch(Math.min(limit, BATCH));
    }
    return describe(frames, limit);
  }

  private void fetch(int wanted) {
    seat.sit();
    end = Native.burst(burst, queue, packets.address(), wanted);
    seat.rise();
    next = 0;
  }

  /** Looks for packets and keeps them for the next call; true if there are any. */
  boolean look() {
    if (next == end && gate.isOpen()) {
      fetch(BATCH / 2);
    }
    return next != end;
  }

  /** Lends what was got, as far as it fits; returns how many entries. */
  private int describe(Burst frames, int limit) {
    int n = 0;
    int count = 0;
    bytes = 0;
    boolean more = true;
    while (more && next < end && n < limit) {
      int entries = plain(frames, n, limit);
      if (entries > 0) {
        next += entries;
        count += entries;
      } else {
        entries = special(frames, n, limit);
        more = entries >= 0;
        next += more ? 1 : 0;
        count += entries > 0 ? 1 : 0;
      }
      n += Math.max(entries, 0);
    }
    counters.add(DpdkCounters.FRAMES, count);
    counters.add(DpdkCounters.BYTES, bytes);
    return n;
  }

  /**
   * Lends packets of one mbuf without metadata, until one with anything odd about it.
   *
   * @return how many
   */
  private int plain(Burst frames, int n, int limit) {
    MemorySegment mbufs = memory;
    MemorySegment in = packets;
    long[] lent = loans.all();
    int tail = loans.tail();
    int[] regions = frames.region;
    long[] offsets = frames.offset;
    int[] lengths = frames.length;
    int[] flags = frames.flags;
    long start = base;
    long most = lastMbuf;
    int room = bufferBytes;
    int first = next;
    int count = Math.min(end - first, limit - n);
    long sum = 0;
    int i = 0;
    for (; i < count; i++) {
      long mbuf = in.get(ValueLayout.JAVA_LONG_UNALIGNED, (long) (first + i) * Long.BYTES) - start;
      if (mbuf < 0 || mbuf > most) {
        break;
      }
      long rearm = mbufs.get(ValueLayout.JAVA_LONG_UNALIGNED, mbuf + MbufLayout.REARM);
      long marks = mbufs.get(ValueLayout.JAVA_LONG_UNALIGNED, mbuf + MbufLayout.FLAGS);
      int length =
          mbufs.get(ValueLayout.JAVA_SHORT_UNALIGNED, mbuf + MbufLayout.DATA_LENGTH) & 0xFFFF;
      int data = MbufLayout.dataOffset(rearm);
      if ((rearm & MbufLayout.COUNTS) != MbufLayout.ONE_EACH
          || (marks & SPECIAL) != 0
          || length == 0
          || data + length > room) {
        break;
      }
      regions[n + i] = MbufPool.REGION;
      offsets[n + i] = mbuf + MbufLayout.BYTES + data;
      lengths[n + i] = length;
      flags[n + i] = 0;
      lent[tail + i & lent.length - 1] = mbuf | RxLoans.LAST;
      sum += length;
    }
    loans.lent(i);
    bytes += sum;
    return i;
  }

  /**
   * Lends any other packet, or loses and counts it.
   *
   * @return entries it took; 0 if it is lost, -1 if it has to wait until there is more room
   */
  private int special(Burst frames, int n, int limit) {
    long at = (long) next * Long.BYTES;
    long mbuf = packets.get(ValueLayout.JAVA_LONG, at) - base;
    int entries =
        mbuf < 0 || mbuf > lastMbuf ? RxChains.ELSEWHERE : chains.lend(frames, n, limit, mbuf);
    if (entries > 0) {
      for (int k = n; k < n + entries; k++) {
        bytes += frames.length[k];
      }
      return entries;
    }
    if (entries == RxChains.NO_ROOM && chains.segments() <= frames.capacity()) {
      return -1;
    }
    counters.add(entries == RxChains.UNFIT ? DpdkCounters.DROPPED : DpdkCounters.ERRORS, 1);
    counters.add(DpdkCounters.ELSEWHERE, entries == RxChains.ELSEWHERE ? 1 : 0);
    seat.sit();
    pool.free(packets.address() + at, 1);
    seat.rise();
    return 0;
  }

  @Override
  public void release(Burst frames, int first, int count) {
    int at = first;
    int end = first + count;
    while (at < end) {
      int plain = giveBack(frames, at, Math.min(end, at + MbufCache.BATCH));
      cache.give(back, plain);
      at += plain;
      if (plain == 0) {
        releaseOne(frames, at++);
      }
    }
  }

  /** Ends loans of mbufs that are nobody else's; returns how many, which are in back. */
  private int giveBack(Burst frames, int first, int end) {
    long[] lent = loans.all();
    int head = loans.head();
    int count = Math.min(end - first, loans.tail() - head);
    int[] regions = frames.region;
    long[] offsets = frames.offset;
    long[] out = back;
    long room = bufferBytes;
    int ended = 0;
    int i = 0;
    for (; i < count; i++) {
      long loan = lent[head + i & lent.length - 1];
      long mbuf = RxLoans.mbuf(loan);
      long data = offsets[first + i] - mbuf - MbufLayout.BYTES;
      if (regions[first + i] != MbufPool.REGION
          || data < 0
          || data >= room
          || RxLoans.isShared(loan)) {
        break;
      }
      out[i] = mbuf;
      ended += (int) (loan & RxLoans.LAST);
    }
    loans.ended(i, ended);
    return i;
  }

  /** Releases an mbuf that others hold too, or says what is wrong. */
  private void releaseOne(Burst frames, int i) {
    long loan = loans.oldest();
    long mbuf = RxLoans.mbuf(loan);
    long data = frames.offset[i] - mbuf - MbufLayout.BYTES;
    if (loan < 0 || frames.region[i] != MbufPool.REGION || data < 0 || data >= bufferBytes) {
      throw notLent(frames, i);
    }
    loans.end(loan);
    free(base + mbuf);
  }

  /** Gives up one of several references to an mbuf. */
  private void free(long address) {
    seat.sit();
    pool.freeOne(address);
    seat.rise();
  }

  private static IllegalStateException notLent(Burst frames, int i) {
    return new IllegalStateException(
        "The frame at offset "
            + frames.offset[i]
            + " of region "
            + frames.region[i]
            + " was released but is not lent: a frame is released once, by the queue it came"
            + " from, in the order received.");
  }

  /**
   * Takes back what is lent, drops what has arrived, and what is at hand; control threads, while
   * the gate is shut.
   */
  void reset() {
    for (long loan = loans.oldest(); loan >= 0; loan = loans.oldest()) {
      loans.end(loan);
      pool.freeOne(base + RxLoans.mbuf(loan));
    }
    if (next < end) {
      pool.free(packets.address() + (long) next * Long.BYTES, end - next);
    }
    next = 0;
    end = 0;
    cache.empty();
  }

  /**
   * Drops what waits in a started device; control threads, while the gate is shut. Ends when the
   * device has nothing, or after far more than any has room for.
   */
  void drain(int most) {
    reset();
    int dropped = 0;
    do {
      fetch(BATCH);
      if (end > 0) {
        pool.free(packets.address(), end);
      }
      dropped += end;
    } while (end > 0 && dropped < most);
    end = 0;
  }

  /** After {@link #reset}: the queue is not used again. */
  void close() {
    seat.leave();
  }

  /** What tells of arrivals from now on; control threads, before the gate opens. */
  void wakeup(Wakeup arrival) {
    wakeup = arrival;
  }

  @Override
  public Wakeup wakeup() {
    return wakeup;
  }
}
