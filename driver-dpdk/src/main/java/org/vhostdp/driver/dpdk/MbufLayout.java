package org.vhostdp.driver.dpdk;

import org.vhostdp.driver.dpdk.generated.Dpdk;
import org.vhostdp.driver.dpdk.generated.rte_mbuf;

/**
 * Where the fields of struct rte_mbuf are (rte_mbuf_core.h), bytes from its start. Neighbours are
 * read and written in one word.
 */
final class MbufLayout {
  /** buf_addr: address of the buffer. */
  static final long BUF_ADDR = rte_mbuf.buf_addr$offset();

  /** data_off, refcnt, nb_segs, port: 16 bits each, lowest first; DPDK calls it rearm_data. */
  static final long REARM = rte_mbuf.data_off$offset();

  /** nb_segs alone, 16 bits. */
  static final long SEGMENTS = rte_mbuf.nb_segs$offset();

  /** ol_flags, 64 bits. */
  static final long FLAGS = rte_mbuf.ol_flags$offset();

  /** packet_type and pkt_len: 32 bits each, lowest first. */
  static final long TYPE_AND_LENGTH = rte_mbuf.packet_type$offset();

  /** pkt_len, 32 bits. */
  static final long PACKET_LENGTH = rte_mbuf.pkt_len$offset();

  /** data_len, 16 bits. */
  static final long DATA_LENGTH = rte_mbuf.data_len$offset();

  /** next: address of the next segment. */
  static final long NEXT = rte_mbuf.next$offset();

  /** tx_offload, 64 bits. */
  static final long TX_OFFLOAD = rte_mbuf.tx_offload$offset();

  /** Bytes of the struct; the buffer follows. */
  static final long BYTES = rte_mbuf.sizeof();

  /** Bytes of a buffer before its data, RTE_PKTMBUF_HEADROOM. */
  static final int HEADROOM = Dpdk.RTE_PKTMBUF_HEADROOM();

  /** ol_flags: the data is in memory that is not the mbuf's (RTE_MBUF_F_EXTERNAL, _INDIRECT). */
  static final long ELSEWHERE = 1L << 61 | 1L << 62;

  /** Bits of REARM above data_off of an mbuf on its own: refcnt 1, nb_segs 1, port none. */
  static final long ALONE = 1L << 16 | 1L << 32 | 0xFFFFL << 48;

  /** Bits of REARM that say refcnt and nb_segs. */
  static final long COUNTS = 0xFFFF_FFFFL << 16;

  /** What those bits are where both are 1. */
  static final long ONE_EACH = 1L << 16 | 1L << 32;

  private MbufLayout() {}

  static int dataOffset(long rearm) {
    return (int) rearm & 0xFFFF;
  }

  static int references(long rearm) {
    return (int) (rearm >>> 16) & 0xFFFF;
  }

  static int segments(long rearm) {
    return (int) (rearm >>> 32) & 0xFFFF;
  }
}
