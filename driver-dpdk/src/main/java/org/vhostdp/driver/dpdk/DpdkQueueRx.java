package org.vhostdp.driver.dpdk;

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

  private static final long SPECIAL = MbufLayout.ELSEWHERE | MbufOffloads.RX_MASK;

  private final MemorySegment memory;
  private final long base;
  private final long lastMbuf;
  private final int bufferBytes;
  private final DpdkGate gate;
  private final DpdkCounters counters;
  private final Seat seat = Seat.take();
  private final RxPackets packets;
  private final RxLoans loans = new RxLoans(MOST_LENT);
  private final RxReleases releases;
  private final RxChains chains;
  private Wakeup wakeup = Wakeup.polled();

  /** Bytes that the call has lent so far. */
  private long bytes;

  DpdkQueueRx(MbufPool pool, ReleasedMbufs released, DpdkGate gate, DpdkCounters counters) {
    this.gate = gate;
    this.counters = counters;
    memory = pool.memory();
    base = memory.address();
    bufferBytes = pool.bufferBytes();
    lastMbuf = memory.byteSize() - MbufLayout.BYTES - bufferBytes;
    packets = new RxPackets(pool, seat);
    releases = new RxReleases(pool, loans, seat, released);
    chains = new RxChains(pool, loans);
  }

  /** Where bursts come from now on; control threads, before the gate opens. */
  void connect(MemorySegment function, long data, int offloads) {
    packets.connect(function, data);
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
    if (packets.count() == 0) {
      packets.fetch(Math.min(limit, RxPackets.MOST));
    }
    return packets.count() == 0 ? 0 : describe(frames, limit);
  }

  /** Looks for packets and keeps them for the next call; true if there are any. */
  boolean look() {
    if (packets.count() == 0 && gate.isOpen()) {
      packets.fetch(RxPackets.MOST / 2);
    }
    return packets.count() != 0;
  }

  /** Lends what was got, as far as it fits; returns how many entries. */
  private int describe(Burst frames, int limit) {
    int n = 0;
    int count = 0;
    bytes = 0;
    boolean more = true;
    while (more && packets.count() > 0 && n < limit) {
      int entries = plain(frames, n, limit);
      if (entries > 0) {
        packets.taken(entries);
        count += entries;
      } else {
        entries = special(frames, n, limit);
        more = entries >= 0;
        packets.taken(more ? 1 : 0);
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
    RxPackets in = packets;
    long[] lent = loans.all();
    int tail = loans.tail();
    int[] regions = frames.region;
    long[] offsets = frames.offset;
    int[] lengths = frames.length;
    int[] flags = frames.flags;
    long start = base;
    long most = lastMbuf;
    int room = bufferBytes;
    int count = Math.min(in.count(), limit - n);
    long sum = 0;
    int i = 0;
    for (; i < count; i++) {
      long mbuf = in.get(i) - start;
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
    long mbuf = packets.get(0) - base;
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
    packets.free();
    return 0;
  }

  @Override
  public void release(Burst frames, int first, int count) {
    releases.release(frames, first, count);
  }

  /**
   * Takes back what is lent, drops what has arrived, and what is at hand; control threads, while
   * the gate is shut.
   */
  void reset() {
    packets.reset();
    releases.reset();
  }

  /** Drops what waits in a started device; control threads, while the gate is shut. */
  void drain(int most) {
    reset();
    packets.drain(most);
  }

  /** A burst of no packets; control threads, while the gate is shut. */
  void prime() {
    packets.prime();
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
