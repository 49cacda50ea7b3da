package org.vhostdp.driver.dpdk;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import org.vhostdp.driver.dpdk.feature.MbufOffloads;
import org.vhostdp.spi.Burst;
import org.vhostdp.spi.Offload;

/**
 * Received packets that are not one plain mbuf: chains, packets with offload metadata, mbufs that
 * somebody else holds too. The queue's thread.
 */
final class RxChains {
  /** The packet has more mbufs than there are entries left. */
  static final int NO_ROOM = -1;

  /** Its offloads do not fit the settings. */
  static final int UNFIT = -2;

  /** Its numbers make no sense. */
  static final int DAMAGED = -3;

  /** Its bytes are in memory that is not the pool's. */
  static final int ELSEWHERE = -4;

  /** RTE_MBUF_MAX_NB_SEGS is 65535; no frame of 64 KiB has more than this. */
  private static final int MOST = 128;

  private final MbufPool pool;
  private final MemorySegment memory;
  private final long base;
  private final long lastMbuf;
  private final RxLoans loans;
  private int offloads;
  private int segments;

  RxChains(MbufPool pool, RxLoans loans) {
    this.pool = pool;
    this.loans = loans;
    memory = pool.memory();
    base = memory.address();
    lastMbuf = memory.byteSize() - MbufLayout.BYTES - pool.bufferBytes();
  }

  /** How many mbufs the packet looked at last has. */
  int segments() {
    return segments;
  }

  /** Offloads that received frames may use. */
  void allow(int bits) {
    offloads = bits;
  }

  /**
   * Lends a packet.
   *
   * @param n the first entry to use
   * @param limit the end of the entries that may be used
   * @param head the first mbuf, which lies in the pool
   * @return how many entries it took, or a negative number; then nothing is lent
   */
  int lend(Burst frames, int n, int limit, long head) {
    segments = MbufLayout.segments(memory.get(ValueLayout.JAVA_LONG, head + MbufLayout.REARM));
    if (segments > limit - n && segments <= MOST) {
      return NO_ROOM;
    }
    int fault = describe(frames, n, head);
    if (fault < 0) {
      return fault;
    }
    long flags = memory.get(ValueLayout.JAVA_LONG, head + MbufLayout.FLAGS);
    if ((flags & MbufOffloads.RX_MASK) != 0) {
      if (!MbufOffloads.read(memory, head, frames, n, offloads)) {
        return UNFIT;
      }
      frames.flags[n] |= segments > 1 ? Offload.MORE : 0;
    }
    part(head);
    return segments;
  }

  /** Checks every mbuf and writes its entry; 0, or why not. */
  private int describe(Burst frames, int n, long head) {
    if (segments == 0 || segments > MOST) {
      return DAMAGED;
    }
    long mbuf = head;
    for (int i = n; i < n + segments; i++) {
      if (mbuf < 0 || mbuf > lastMbuf) {
        return i == n || mbuf + base == 0 ? DAMAGED : ELSEWHERE;
      }
      long rearm = memory.get(ValueLayout.JAVA_LONG, mbuf + MbufLayout.REARM);
      int data = MbufLayout.dataOffset(rearm);
      int length = memory.get(ValueLayout.JAVA_SHORT, mbuf + MbufLayout.DATA_LENGTH) & 0xFFFF;
      long flags = memory.get(ValueLayout.JAVA_LONG, mbuf + MbufLayout.FLAGS);
      if ((flags & MbufLayout.ELSEWHERE) != 0) {
        return ELSEWHERE;
      }
      boolean shared = MbufLayout.references(rearm) != 1;
      if (length == 0 || data + length > pool.bufferBytes() || shared && segments > 1) {
        return DAMAGED;
      }
      frames.region[i] = MbufPool.REGION;
      frames.offset[i] = mbuf + MbufLayout.BYTES + data;
      frames.length[i] = length;
      frames.flags[i] = i == n + segments - 1 ? 0 : Offload.MORE;
      mbuf = memory.get(ValueLayout.JAVA_LONG, mbuf + MbufLayout.NEXT) - base;
    }
    return 0;
  }

  /** Makes single mbufs of a chain, as each is released by itself, and lends them. */
  private void part(long head) {
    long mbuf = head;
    for (int i = 1; i < segments; i++) {
      long following = memory.get(ValueLayout.JAVA_LONG, mbuf + MbufLayout.NEXT) - base;
      memory.set(ValueLayout.JAVA_LONG, mbuf + MbufLayout.NEXT, 0);
      memory.set(ValueLayout.JAVA_SHORT, mbuf + MbufLayout.SEGMENTS, (short) 1);
      loans.lend(mbuf, 0);
      mbuf = following;
    }
    long rearm = memory.get(ValueLayout.JAVA_LONG, mbuf + MbufLayout.REARM);
    boolean shared = MbufLayout.references(rearm) != 1;
    loans.lend(mbuf, RxLoans.LAST | (shared ? RxLoans.SHARED : 0));
  }
}
