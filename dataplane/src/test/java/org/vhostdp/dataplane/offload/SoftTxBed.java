package org.vhostdp.dataplane.offload;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.vhostdp.dataplane.net.QueueCounters;
import org.vhostdp.dataplane.net.QueueCounters.Name;
import org.vhostdp.dataplane.stage.Regions;
import org.vhostdp.spi.Burst;
import org.vhostdp.spi.Capabilities;
import org.vhostdp.spi.Offload;

/** A guest's path, software offloads and a strict driver. */
final class SoftTxBed {
  static final int MTU = 1500;
  static final int WIRE = MTU + 22;
  static final int SEGMENT = 1300;

  /** A frame that the guest sends, and the frames that a driver without offloads must get. */
  record Asked(byte[] bytes, int flags, long offload, List<byte[]> plain) {}

  final StrictTx driver;
  final QueueCounters counters = new QueueCounters();
  final Burst burst = new Burst(32);
  final SoftTx soft;
  private final MemorySegment[] memory;

  SoftTxBed(Capabilities can) {
    driver = new StrictTx(can);
    Regions regions = new Regions(driver.regions());
    soft = new SoftTx(driver, can, regions, counters, WIRE);
    memory = regions.segments();
  }

  static Capabilities driver(int offloads, int most, int room, int segments, int lent) {
    return Capabilities.builder()
        .offloads(offloads, 0)
        .frames(most, room, segments)
        .lent(lent, 1)
        .build();
  }

  /** A driver with frames of 2 KiB. */
  static Capabilities plainDriver(int offloads) {
    return driver(offloads, 2048, 2048, 1, 256);
  }

  static Asked large(LargeFrame large, long seed) {
    byte[] bytes = large.bytes(new Random(seed));
    int ecn = large.tcp() && (large.flags() & LargeFrame.CWR) != 0 ? Offload.GSO_ECN : 0;
    int flags = large.offload() | Offload.CSUM_PARTIAL | ecn;
    long offload = Offload.pack(large.transport(), large.tcp() ? 16 : 6, SEGMENT, large.headers());
    return new Asked(bytes, flags, offload, large.cut(bytes, SEGMENT));
  }

  /** The same headers with a checksum left open. */
  static Asked open(LargeFrame large, long seed) {
    byte[] bytes = large.bytes(new Random(seed));
    int field = large.tcp() ? 16 : 6;
    return open(bytes, large.transport(), field, !large.tcp());
  }

  static Asked open(byte[] bytes, int start, int field, boolean udp) {
    byte[] closed = bytes.clone();
    int sum = ~PlainChecksum.sum(bytes, start, bytes.length - start) & 0xFFFF;
    ByteBuffer.wrap(closed).putShort(start + field, (short) (udp && sum == 0 ? 0xFFFF : sum));
    return new Asked(
        bytes, Offload.CSUM_PARTIAL, Offload.pack(start, field, 0, 0), List.of(closed));
  }

  static Asked plain(int length, long seed) {
    byte[] bytes = new byte[length];
    new Random(seed).nextBytes(bytes);
    return new Asked(bytes, 0, 0, List.of(bytes));
  }

  /**
   * Offers frames as a path does: as many small ones as are lent in one burst, a large one alone.
   *
   * @return how many were taken, from the first on
   */
  int offer(List<Asked> frames) {
    int claimed = soft.claim(burst, Math.min(frames.size(), burst.capacity()));
    int filled = 0;
    while (filled < claimed && fill(filled, frames.get(filled))) {
      filled++;
    }
    int sent = filled == 0 ? 0 : soft.transmit(burst, 0, filled);
    if (sent < claimed) {
      soft.unclaim(burst, sent, claimed - sent);
    }
    return claimed == 0 || filled > 0 ? sent : offerLarge(frames.getFirst());
  }

  private int offerLarge(Asked frame) {
    int claimed = soft.claimLarge(burst);
    if (claimed == 0) {
      return 0;
    }
    assertTrue(fill(0, frame), "a large room is too small");
    int sent = soft.transmit(burst, 0, 1);
    if (sent == 0) {
      soft.unclaim(burst, 0, 1);
    }
    return sent;
  }

  /** Fills a claimed frame; false if it is too small. */
  boolean fill(int i, Asked frame) {
    byte[] bytes = frame.bytes();
    if (bytes.length > burst.room[i]) {
      return false;
    }
    MemorySegment to = memory[burst.region[i]];
    MemorySegment.copy(bytes, 0, to, ValueLayout.JAVA_BYTE, burst.offset[i], bytes.length);
    burst.length[i] = bytes.length;
    burst.flags[i] = frame.flags();
    burst.offload[i] = frame.offload();
    return true;
  }

  byte[] bytes(int i) {
    return memory[burst.region[i]]
        .asSlice(burst.offset[i], burst.length[i])
        .toArray(ValueLayout.JAVA_BYTE);
  }

  /** Sends all, whatever the driver's room; fails if that does not end. */
  void send(List<Asked> frames) {
    int done = 0;
    for (int turns = 0; done < frames.size() || soft.holds(); turns++) {
      assertTrue(turns < 200_000, "it does not end");
      soft.pump();
      if (done < frames.size()) {
        done += offer(frames.subList(done, frames.size()));
      }
    }
  }

  long count(Name name) {
    return counters.get(name);
  }

  /** What was sent are these frames, each with no offload, and nothing is lent. */
  void assertPlain(List<Asked> frames) {
    List<byte[]> expected = new ArrayList<>();
    frames.forEach(each -> expected.addAll(each.plain()));
    assertEquals(expected.size(), driver.sent.size(), "frames");
    for (int i = 0; i < expected.size(); i++) {
      assertArrayEquals(expected.get(i), driver.sent.get(i).bytes(), "frame " + i);
      assertEquals(0, driver.sent.get(i).flags(), "flags of frame " + i);
    }
    assertNothingLent();
  }

  void assertNothingLent() {
    assertFalse(soft.holds());
    assertEquals(0, driver.lentOut(), "frames of the driver");
    long[] rooms = new long[4];
    for (int i = 0; i < rooms.length; i++) {
      assertEquals(1, soft.claimLarge(burst), "large room " + i);
      rooms[i] = burst.offset[0];
    }
    assertEquals(4, Arrays.stream(rooms).distinct().count());
    for (long room : rooms) {
      burst.offset[0] = room;
      soft.unclaim(burst, 0, 1);
    }
  }
}
