package org.vhostdp.driver.afpacket;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import org.vhostdp.driver.afpacket.generated.Packet;
import org.vhostdp.driver.afpacket.generated.tpacket3_hdr;
import org.vhostdp.driver.afpacket.generated.tpacket_hdr_variant1;
import org.vhostdp.linux.LinuxException;
import org.vhostdp.netdevice.Gate;
import org.vhostdp.netdevice.VnetHeader;
import org.vhostdp.spi.Burst;

/**
 * Receives frames in blocks: TPACKET_V3. The kernel packs frames of any length into a block and
 * gives it when it is full, or a millisecond after its first frame. A block is the kernel's again
 * when every frame of it was released.
 */
final class BlockRx extends PacketQueueRx {
  /** Bytes of a block: the largest frame that nobody has segmented yet, and more. */
  static final int BLOCK = 1 << 18;

  /** Offsets in struct tpacket_block_desc: version and offset_to_priv go before hdr.bh1. */
  private static final long BLOCK_STATUS = 8;

  private static final long PACKETS = 12;
  private static final long FIRST = 16;

  private static final long NEXT = tpacket3_hdr.tp_next_offset$offset();
  private static final long LENGTH = tpacket3_hdr.tp_len$offset();
  private static final long CAPTURED = tpacket3_hdr.tp_snaplen$offset();
  private static final long FRAME_STATUS = tpacket3_hdr.tp_status$offset();
  private static final long MAC = tpacket3_hdr.tp_mac$offset();
  private static final long TCI =
      tpacket3_hdr.hv1$offset() + tpacket_hdr_variant1.tp_vlan_tci$offset();
  private static final long TPID =
      tpacket3_hdr.hv1$offset() + tpacket_hdr_variant1.tp_vlan_tpid$offset();

  private final int blocks;

  /** Frames of each block that are lent; one more while the block is being read. */
  private final int[] users;

  private MemorySegment ring;
  private int block;
  private int left;
  private long at;

  BlockRx(Gate gate, PacketCounters counters, int region, boolean vnet, int blocks)
      throws LinuxException {
    super(gate, counters, region, vnet);
    this.blocks = blocks;
    users = new int[blocks];
  }

  int blocks() {
    return blocks;
  }

  @Override
  void attach(RingSocket socket) {
    reset();
    Arrays.fill(users, 0);
    block = 0;
    left = 0;
    ring = socket.memory();
    wakeup.watch(socket.raw());
  }

  @Override
  void detach() {
    wakeup.forget();
    ring = null;
  }

  @Override
  boolean hasWork() {
    return gate.receiving() && mayLend() > 0 && (left > 0 || isFull(ring));
  }

  /**
   * Whether the kernel has given the block that is next, and it is not lent from the last round.
   */
  private boolean isFull(MemorySegment memory) {
    // Pairs with the kernel's barrier before it sets the status: all frames are there.
    int status = (int) STATUS.getAcquire(memory, (long) block * BLOCK + BLOCK_STATUS);
    return (status & Packet.TP_STATUS_USER()) != 0 && users[block] == 0;
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
    for (int seen = 0; seen < limit && (left > 0 || open(memory)); seen++) {
      if (take(burst, count, memory)) {
        bytes += burst.length[count++];
      }
      at += memory.get(ValueLayout.JAVA_INT, at + NEXT);
      if (--left == 0) {
        int done = block;
        block = block + 1 == blocks ? 0 : block + 1;
        giveBack(done);
      }
    }
    count(count, bytes);
    return count;
  }

  /** Begins to read the next block, if the kernel has given it. */
  private boolean open(MemorySegment memory) {
    if (!isFull(memory)) {
      return false;
    }
    long start = (long) block * BLOCK;
    left = memory.get(ValueLayout.JAVA_INT, start + PACKETS);
    at = start + memory.get(ValueLayout.JAVA_INT, start + FIRST);
    users[block] = 1;
    if (left == 0) {
      int empty = block;
      block = block + 1 == blocks ? 0 : block + 1;
      giveBack(empty);
    }
    return left > 0;
  }

  /** Lends the frame at hand, or drops it. */
  private boolean take(Burst burst, int i, MemorySegment memory) {
    int length = memory.get(ValueLayout.JAVA_INT, at + LENGTH);
    if (memory.get(ValueLayout.JAVA_INT, at + CAPTURED) < length) {
      lost(PacketCounters.SPECIAL);
      return false;
    }
    int status = memory.get(ValueLayout.JAVA_INT, at + FRAME_STATUS);
    int tag =
        memory.get(ValueLayout.JAVA_SHORT, at + TPID) << 16
            | memory.get(ValueLayout.JAVA_INT, at + TCI) & 0xFFFF;
    long frame = at + (memory.get(ValueLayout.JAVA_SHORT, at + MAC) & 0xFFFF);
    burst.region[i] = region;
    burst.offset[i] = frame;
    burst.length[i] = length;
    if (!describe(burst, i, memory, frame - VnetHeader.SIZE, status, tag)) {
      lost(PacketCounters.UNFIT);
      return false;
    }
    users[block]++;
    lend(key(region, burst.offset[i]), block);
    return true;
  }

  @Override
  void giveBack(long from) {
    int done = (int) from;
    if (--users[done] == 0) {
      // Whatever was read or written in its frames happens before the kernel may fill it again.
      STATUS.setRelease(ring, (long) done * BLOCK + BLOCK_STATUS, Packet.TP_STATUS_KERNEL());
    }
  }
}
