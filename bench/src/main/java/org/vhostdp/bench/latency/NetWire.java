package org.vhostdp.bench.latency;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import org.vhostdp.guest.twin.NetHeader;
import org.vhostdp.guest.twin.NetQueue;

/**
 * Frames of one size over a virtio-net queue pair. Behind the Ethernet header, of the type for
 * local experiments (IEEE 802), lie a mark and the number.
 */
final class NetWire implements Wire {
  private static final ValueLayout.OfLong U64 = ValueLayout.JAVA_LONG_UNALIGNED;
  private static final byte[] ETHERNET = {
    2, 0, 0, 0, 0, 2, 2, 0, 0, 0, 0, 1, (byte) 0x88, (byte) 0xb5
  };
  private static final long MARK = 0x7664_706c_6174_6e63L;
  private static final int MARK_AT = 16;
  private static final int NUMBER_AT = 24;

  private final NetQueue queue;
  private final int bytes;
  private final int room;
  private final MemorySegment out;
  private final MemorySegment in;
  private final NetHeader header = new NetHeader();

  /**
   * @param bytes of each frame, without FCS; 60 or more
   */
  NetWire(NetQueue queue, int bytes) {
    this.queue = queue;
    this.bytes = bytes;
    // The twin gives receive buffers back in groups of up to 16, so a few are always with it.
    this.room = queue.receiveQueue().ring().size() - 64;
    this.out = Arena.ofAuto().allocate(bytes, 64);
    this.in = Arena.ofAuto().allocate(NetQueue.LARGEST_FRAME, 64);
    MemorySegment.copy(ETHERNET, 0, out, ValueLayout.JAVA_BYTE, 0, ETHERNET.length);
    out.set(U64, MARK_AT, MARK);
  }

  @Override
  public boolean send(long number) {
    out.set(U64, NUMBER_AT, number);
    return queue.transmit(out, 0, bytes, null);
  }

  @Override
  public void flush() {
    queue.flush();
    // A few at each turn; all at once, when the ring is full, would be a pause of its own.
    queue.reclaim();
  }

  @Override
  public long receive() {
    int length = queue.receive(in, 0, header);
    if (length < 0) {
      return NOTHING;
    }
    return length == bytes && in.get(U64, MARK_AT) == MARK ? in.get(U64, NUMBER_AT) : FOREIGN;
  }

  @Override
  public int room() {
    return room;
  }
}
