package org.vhostdp.driver.afpacket;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import org.vhostdp.driver.afpacket.generated.Packet;
import org.vhostdp.linux.LinuxException;
import org.vhostdp.netdevice.Gate;
import org.vhostdp.netdevice.VnetHeader;
import org.vhostdp.spi.Burst;
import org.vhostdp.spi.Offload;
import org.vhostdp.spi.RxQueue;
import org.vhostdp.spi.Wakeup;

/**
 * What the receive rings of both versions have in common: which frames are lent, in which order,
 * and what a frame's metadata say.
 */
abstract class PacketQueueRx implements RxQueue, AutoCloseable {
  /** Frames lent at once; a power of two. */
  static final int MOST_LENT = 1024;

  static final VarHandle STATUS = ValueLayout.JAVA_INT.varHandle();

  /** A tag's protocol in the bytes, then its control information. */
  private static final int TPID_8021Q = 0x8100;

  private static final int MACS = 12;
  private static final int TAG = 4;
  private static final ValueLayout.OfShort BIG =
      ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.BIG_ENDIAN);

  final Gate gate;
  final PacketCounters counters;
  final PacketWakeup wakeup;

  /** Regions of this queue's ring, and of the frames that do not fit in it. */
  final int region;

  final boolean vnet;

  private final long[] lentAt = new long[MOST_LENT];
  private final long[] lentFrom = new long[MOST_LENT];
  private int lentHead;
  private int lentTail;

  PacketQueueRx(Gate gate, PacketCounters counters, int region, boolean vnet)
      throws LinuxException {
    this.gate = gate;
    this.counters = counters;
    this.region = region;
    this.vnet = vnet;
    wakeup = new PacketWakeup(this::hasWork);
  }

  /** Whether there is something to receive, if anything may be lent. */
  abstract boolean hasWork();

  /** Takes back the memory behind a frame; {@code from} is what it was lent with. */
  abstract void giveBack(long from);

  /** Works on a new socket from now on; control thread, while no burst call runs. */
  abstract void attach(RingSocket socket);

  /** Forgets the socket. */
  abstract void detach();

  /** Frames that may be lent now. */
  final int mayLend() {
    return MOST_LENT - (lentTail - lentHead);
  }

  /** A frame is lent: where it begins, with its region, and what it came from. */
  final void lend(long at, long from) {
    lentAt[lentTail & MOST_LENT - 1] = at;
    lentFrom[lentTail & MOST_LENT - 1] = from;
    lentTail++;
  }

  final void reset() {
    lentHead = 0;
    lentTail = 0;
  }

  @Override
  public final void release(Burst burst, int first, int count) {
    for (int i = first; i < first + count; i++) {
      int at = lentHead & MOST_LENT - 1;
      if (lentHead == lentTail || key(burst.region[i], burst.offset[i]) != lentAt[at]) {
        throw notLent(burst, i);
      }
      lentHead++;
      giveBack(lentFrom[at]);
    }
  }

  /** One word for a region and an offset in it: no ring is as long as 2^40 bytes. */
  static long key(int region, long offset) {
    return (long) region << 40 | offset;
  }

  private static IllegalStateException notLent(Burst burst, int i) {
    return new IllegalStateException(
        "The frame at offset "
            + burst.offset[i]
            + " of region "
            + burst.region[i]
            + " was released but is not the one lent first: frames are released once, in the order"
            + " received, by the queue they came from.");
  }

  /**
   * Describes a frame in entry i; its offset and length are set.
   *
   * @param memory the frame's region; room for a tag is before the frame, after the header was read
   * @param at where the virtio header would be: {@link VnetHeader#SIZE} before the frame
   * @param status TP_STATUS_*
   * @param tag the VLAN tag that the kernel took out: protocol in the upper half, TCI in the lower
   * @return false if the frame needs an offload that is not allowed, and must be dropped
   */
  final boolean describe(Burst burst, int i, MemorySegment memory, long at, int status, int tag) {
    int allowed = gate.offloads();
    int flags = 0;
    long packed = 0;
    if (vnet) {
      long word = VnetHeader.word(memory, at);
      if (!VnetHeader.isPlain(word)) {
        flags = VnetHeader.flags(word);
        packed = VnetHeader.packed(memory, at, word);
      }
    } else if ((status & Packet.TP_STATUS_CSUMNOTREADY()) != 0) {
      packed = Checksum.find(memory, burst.offset[i], burst.length[i]);
      flags = Offload.CSUM_PARTIAL;
    } else if ((status & Packet.TP_STATUS_CSUM_VALID()) != 0) {
      flags = Offload.CSUM_VALID;
    }
    int beyond = flags & ~allowed;
    if (beyond != 0) {
      if ((beyond & Offload.GSO_ANY) != 0 || flags < 0) {
        return false;
      }
      if ((beyond & Offload.CSUM_PARTIAL) != 0 && !complete(burst, i, memory, packed)) {
        return false;
      }
      flags &= allowed;
    }
    if ((status & Packet.TP_STATUS_VLAN_VALID()) != 0) {
      if ((allowed & Offload.VLAN) != 0 && tag >>> 16 == TPID_8021Q) {
        flags |= Offload.VLAN;
        burst.vlan[i] = tag & 0xFFFF;
      } else {
        insert(burst, i, memory, tag);
        packed = shifted(packed);
      }
    }
    burst.flags[i] = flags;
    burst.offload[i] = packed;
    return true;
  }

  /** Computes what the sender left open, for a host that wants no open checksums. */
  private static boolean complete(Burst burst, int i, MemorySegment memory, long packed) {
    long start = Offload.csumStart(packed);
    long field = start + Offload.csumOffset(packed);
    int length = burst.length[i];
    if (field + 2 > length) {
      return false;
    }
    long at = burst.offset[i];
    Checksum.complete(memory, at + start, at + length, at + field);
    return true;
  }

  /** Puts a tag back behind the addresses, which move towards the front. */
  private static void insert(Burst burst, int i, MemorySegment memory, int tag) {
    long at = burst.offset[i];
    MemorySegment.copy(memory, at, memory, at - TAG, MACS);
    int protocol = tag >>> 16 == 0 ? TPID_8021Q : tag >>> 16;
    memory.set(BIG, at - TAG + MACS, (short) protocol);
    memory.set(BIG, at - TAG + MACS + 2, (short) tag);
    burst.offset[i] = at - TAG;
    burst.length[i] += TAG;
  }

  private static long shifted(long packed) {
    return Offload.pack(
        Offload.csumStart(packed) + TAG,
        Offload.csumOffset(packed),
        Offload.gsoSize(packed),
        Offload.headerLength(packed));
  }

  final void count(int frames, long bytes) {
    counters.add(PacketCounters.FRAMES, frames);
    counters.add(PacketCounters.BYTES, bytes);
  }

  /** A frame that had arrived is lost. */
  final void lost(int why) {
    counters.add(PacketCounters.DROPPED, 1);
    counters.add(why, 1);
  }

  @Override
  public final Wakeup wakeup() {
    return wakeup;
  }

  @Override
  public void close() {
    wakeup.close();
  }
}
