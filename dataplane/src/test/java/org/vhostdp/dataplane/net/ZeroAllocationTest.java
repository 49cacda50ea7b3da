package org.vhostdp.dataplane.net;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import java.util.List;
import java.util.function.IntSupplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.vhostdp.dataplane.ring.RingBed;
import org.vhostdp.dataplane.ring.RingBed.Layout;
import org.vhostdp.guest.twin.DriverRing;
import org.vhostdp.guest.twin.NetHeader;
import org.vhostdp.linux.EventFd;
import org.vhostdp.spi.Burst;
import org.vhostdp.spi.Offload;
import org.vhostdp.spi.Region;
import org.vhostdp.spi.RxQueue;
import org.vhostdp.spi.TxQueue;
import org.vhostdp.spi.Wakeup;

/** A million frames in either direction, and not one byte allocated. */
class ZeroAllocationTest {
  private static final int MILLION = 1_000_000;
  private static final int SIZE = 256;
  private static final int ROOM = 2048;

  /** Until then the compilers must be done, and a round without any allocation must come. */
  private static final long WARM_NANOS = 40_000_000_000L;

  @Test
  void theMeterSeesAllocation() {
    long before = AllocationMeter.bytes();
    Object[] kept = new Object[100];
    Arrays.setAll(kept, i -> new long[10]);
    assertTrue(AllocationMeter.bytes() - before >= 100 * 80, () -> "" + kept.length);
    // The reading itself may allocate until it is compiled.
    long deadline = System.nanoTime() + WARM_NANOS;
    long between;
    do {
      long quiet = AllocationMeter.bytes();
      between = AllocationMeter.bytes() - quiet;
    } while (between != 0 && System.nanoTime() < deadline);
    assertEquals(0, between);
  }

  @ParameterizedTest
  @CsvSource({
    "false, false, 0",
    "false, true, 0",
    "true, false, 0",
    "true, true, 0",
    // Header in a buffer of its own, and checksum metadata.
    "false, false, 12",
    "true, true, 12",
    // Header in pieces: the careful way, frame by frame.
    "true, false, 5"
  })
  void transmit(boolean packed, boolean foreign, int cut) throws Exception {
    long features = features(packed) | Features.CSUM;
    try (NetBed bed = new NetBed(Layout.ONE_REGION, SIZE, features);
        EventFd call = EventFd.create()) {
      Endless driver = new Endless();
      TransmitPath path = new TransmitPath(setup(bed, foreign), driver, driver.regions(), 4);
      path.interrupt(call.fd().raw());
      DriverRing guest = bed.driver();
      byte[] packet = bed.packet(new NetHeader().checksum(14, 2), new byte[200]);
      long at = bed.ring.buffer(packet.length);
      bed.ring.twin().write(at, packet);
      long[] address = {at, at + cut};
      int[] length = {cut, packet.length - cut};
      assertAllocatesNothing(
          path::poll,
          guest,
          () ->
              cut == 0
                  ? guest.add(at, packet.length, false)
                  : guest.add(address, length, 2, 0, false));
      assertEquals(0, bed.count(QueueCounters.Name.DROPPED_MALFORMED));
    }
  }

  @ParameterizedTest
  @CsvSource({
    "false, false, 1500",
    "false, true, 1500",
    "true, false, 1500",
    "true, true, 1500",
    // Groups of mergeable buffers.
    "false, false, 100",
    "true, true, 100"
  })
  void receive(boolean packed, boolean foreign, int room) throws Exception {
    long features = features(packed) | Features.MRG_RXBUF | Features.GUEST_CSUM;
    try (NetBed bed = new NetBed(Layout.ONE_REGION, SIZE, features);
        EventFd call = EventFd.create()) {
      Endless driver = new Endless();
      driver.guest = bed.guestMemory();
      ReceivePath path = new ReceivePath(setup(bed, foreign), driver, driver.regions());
      path.interrupt(call.fd().raw());
      DriverRing guest = bed.driver();
      long at = bed.ring.buffer(room);
      assertAllocatesNothing(path::poll, guest, () -> guest.add(at, room, true));
    }
  }

  private static long features(boolean packed) {
    return Features.VERSION_1 | (packed ? Features.RING_PACKED : 0);
  }

  private static QueueSetup setup(NetBed bed, boolean foreign) {
    RingBed ring = bed.ring;
    int[] ids = new int[ring.memory().count()];
    Arrays.setAll(ids, i -> i);
    return new QueueSetup(
        ring.device(), ring.features(), -1, bed.counters, 1000, foreign ? ids : null);
  }

  private static void assertAllocatesNothing(
      IntSupplier poll, DriverRing guest, IntSupplier offer) {
    long least = Long.MAX_VALUE;
    long start = System.nanoTime();
    while (least > 0 && System.nanoTime() - start < WARM_NANOS) {
      long allocated = 0;
      for (int frames = 0; frames < MILLION; ) {
        while (guest.free() >= 2) {
          offer.getAsInt();
        }
        guest.publish();
        guest.kickNeeded();
        long before = AllocationMeter.bytes();
        int n = poll.getAsInt();
        allocated += AllocationMeter.bytes() - before;
        assertTrue(n >= 0);
        frames += n;
        boolean more = true;
        while (more) {
          more = guest.nextUsed();
        }
      }
      least = Math.min(least, allocated);
    }
    assertEquals(0, least, "bytes allocated for a million frames");
  }

  /**
   * A driver that takes everything and always has more; frames of 200 bytes, some with metadata.
   */
  private static final class Endless implements TxQueue, RxQueue {
    private final MemorySegment memory = Arena.ofAuto().allocate(64L * ROOM, 8);
    private MemorySegment[] guest;
    private int turn;

    List<Region> regions() {
      return List.of(new Region(memory));
    }

    @Override
    public int claim(Burst frames, int max) {
      for (int i = 0; i < max; i++) {
        frames.region[i] = 0;
        frames.offset[i] = (long) i * ROOM;
        frames.room[i] = ROOM;
      }
      return max;
    }

    @Override
    public void unclaim(Burst frames, int first, int count) {
      turn += count;
    }

    @Override
    public int transmit(Burst frames, int first, int count) {
      return count;
    }

    @Override
    public int receive(Burst frames, int max) {
      int n = claim(frames, Math.min(64, max));
      for (int i = 0; i < n; i++) {
        frames.length[i] = 200;
        frames.flags[i] = (i & 3) == 0 ? Offload.CSUM_PARTIAL : 0;
        frames.offload[i] = 14;
      }
      return n;
    }

    @Override
    public void release(Burst frames, int first, int count) {
      turn += count;
    }

    @Override
    public int receiveInto(Burst buffers, int count) {
      if ((++turn & 63) == 0) {
        return 0;
      }
      int e = 0;
      for (int left = 200; left > 0; e++) {
        int length = Math.min(left, buffers.room[e]);
        guest[buffers.region[e]].set(ValueLayout.JAVA_BYTE, buffers.offset[e], (byte) turn);
        buffers.length[e] = length;
        left -= length;
      }
      buffers.flags[0] = 0;
      return e;
    }

    @Override
    public Wakeup wakeup() {
      return NetBed.NO_WAKEUP;
    }
  }
}
