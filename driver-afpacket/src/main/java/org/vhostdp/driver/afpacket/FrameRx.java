package org.vhostdp.driver.afpacket;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import org.vhostdp.driver.afpacket.generated.Packet;
import org.vhostdp.driver.afpacket.generated.tpacket2_hdr;
import org.vhostdp.linux.LinuxException;
import org.vhostdp.netdevice.Gate;
import org.vhostdp.netdevice.VnetHeader;
import org.vhostdp.spi.Burst;

/**
 * Receives frames one by one as they come: TPACKET_V2. Each has a slot of the ring, which the
 * kernel fills in turn and gets back when its frame is released. Those too large for a slot,
 * segmented by nobody yet, are read into memory of their own ({@link LargeFrames}).
 */
final class FrameRx extends PacketQueueRx {
  private static final long LENGTH = tpacket2_hdr.tp_len$offset();
  private static final long CAPTURED = tpacket2_hdr.tp_snaplen$offset();
  private static final long MAC = tpacket2_hdr.tp_mac$offset();
  private static final long TCI = tpacket2_hdr.tp_vlan_tci$offset();
  private static final long TPID = tpacket2_hdr.tp_vlan_tpid$offset();

  /** Bytes before a frame in its slot, at most: header, address, virtio header, alignment. */
  static final int HEADROOM = 96;

  /** What a frame outside the ring was lent from, less its number. */
  private static final long LARGE = 1L << 32;

  private final Geometry geometry;
  private final long[] starts;
  private final boolean[] lent;
  private final LargeFrames large;
  private MemorySegment ring;
  private int next;

  /**
   * @param large for frames larger than the slots, or null
   */
  FrameRx(
      Gate gate,
      PacketCounters counters,
      int region,
      boolean vnet,
      Geometry geometry,
      LargeFrames large)
      throws LinuxException {
    super(gate, counters, region, vnet);
    this.geometry = geometry;
    this.large = large;
    starts = geometry.starts();
    lent = new boolean[starts.length];
  }

  Geometry geometry() {
    return geometry;
  }

  @Override
  void attach(RingSocket socket) {
    reset();
    next = 0;
    Arrays.fill(lent, false);
    ring = socket.memory();
    if (large != null) {
      large.attach(socket.raw());
    }
    wakeup.watch(socket.raw());
  }

  @Override
  void detach() {
    wakeup.forget();
    ring = null;
  }

  @Override
  boolean hasWork() {
    return gate.receiving()
        && mayLend() > 0
        && !lent[next]
        && ((int) STATUS.getAcquire(ring, starts[next]) & Packet.TP_STATUS_USER()) != 0;
  }

  @Override
  public int receive(Burst burst, int max) {
    if (!gate.receiving()) {
      return 0;
    }
    wakeup.disarm();
    MemorySegment memory = ring;
    int limit = Math.min(Math.min(max, burst.capacity()), mayLend());
    int count = 0;
    long bytes = 0;
    // Lost frames count against the limit too: a call has an end whatever comes.
    for (int seen = 0; seen < limit; seen++) {
      long at = starts[next];
      // Pairs with the kernel's barrier before it sets the status: what it wrote before is there.
      int status = (int) STATUS.getAcquire(memory, at);
      // A frame that is still lent is of the ring's last round: nothing came since.
      if ((status & Packet.TP_STATUS_USER()) == 0 || lent[next]) {
        break;
      }
      int taken = take(burst, count, memory, at, status);
      if (taken < 0) {
        break;
      }
      next = next + 1 == starts.length ? 0 : next + 1;
      if (taken > 0) {
        bytes += burst.length[count++];
      }
    }
    count(count, bytes);
    return count;
  }

  /** Lends a slot's frame: 1; or drops it: 0; or leaves it for later: -1. */
  private int take(Burst burst, int i, MemorySegment memory, long at, int status) {
    int length = memory.get(ValueLayout.JAVA_INT, at + LENGTH);
    int captured = memory.get(ValueLayout.JAVA_INT, at + CAPTURED);
    int tag =
        memory.get(ValueLayout.JAVA_SHORT, at + TPID) << 16
            | memory.get(ValueLayout.JAVA_SHORT, at + TCI) & 0xFFFF;
    if (captured < length) {
      return takeLarge(burst, i, length, status, tag);
    }
    long frame = at + (memory.get(ValueLayout.JAVA_SHORT, at + MAC) & 0xFFFF);
    burst.region[i] = region;
    burst.offset[i] = frame;
    burst.length[i] = length;
    if (!describe(burst, i, memory, frame - VnetHeader.SIZE, status, tag)) {
      lost(PacketCounters.UNFIT);
      giveBack(next);
      return 0;
    }
    lent[next] = true;
    lend(key(region, burst.offset[i]), next);
    return 1;
  }

  /** A frame that does not fit into its slot: the kernel may have kept it whole beside the ring. */
  private int takeLarge(Burst burst, int i, int length, int status, int tag) {
    if ((status & Packet.TP_STATUS_COPY()) == 0 || large == null) {
      lost(PacketCounters.SPECIAL);
      giveBack(next);
      return 0;
    }
    if (large.isEmpty()) {
      return -1;
    }
    int buffer = large.read(length);
    giveBack(next);
    if (buffer < 0) {
      lost(PacketCounters.SPECIAL);
      return 0;
    }
    long start = large.start(buffer);
    burst.region[i] = region + 1;
    burst.offset[i] = start + VnetHeader.SIZE;
    burst.length[i] = length;
    if (!describe(burst, i, large.memory(), start, status, tag)) {
      lost(PacketCounters.UNFIT);
      large.give(buffer);
      return 0;
    }
    counters.add(PacketCounters.SINGLE, 1);
    lend(key(region + 1, burst.offset[i]), LARGE + buffer);
    return 1;
  }

  @Override
  void giveBack(long from) {
    if (from >= LARGE) {
      large.give((int) (from - LARGE));
    } else {
      // Whatever was read or written in the frame happens before the kernel may fill it again.
      lent[(int) from] = false;
      STATUS.setRelease(ring, starts[(int) from], Packet.TP_STATUS_KERNEL());
    }
  }
}
