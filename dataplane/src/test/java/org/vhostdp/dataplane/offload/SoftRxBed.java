package org.vhostdp.dataplane.offload;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.vhostdp.dataplane.net.QueueCounters;
import org.vhostdp.dataplane.net.QueueCounters.Name;
import org.vhostdp.dataplane.stage.Regions;
import org.vhostdp.spi.Burst;
import org.vhostdp.spi.Offload;

/** The stage between a strict queue and a reader that releases piece by piece. */
final class SoftRxBed {
  static final int TCP = Offload.GSO_TCP4 | Offload.GSO_TCP6;
  static final int CHECKSUMS = Offload.CSUM_PARTIAL | Offload.CSUM_VALID;
  static final int MOST_FRAME = 1522;

  final QueueCounters counters = new QueueCounters();
  final StrictRx below;

  /** What the stage's clock says, nanoseconds. */
  long now;

  final SoftRx stage;
  private final MemorySegment[] memory;
  private final Burst burst = new Burst(32);
  private final Random random;

  SoftRxBed(long seed, int burst, int given, int taken, boolean coalesce) {
    random = new Random(seed);
    below = new StrictRx(random, burst);
    Regions regions = new Regions(below.regions());
    stage = new SoftRx(below, regions, counters, given, taken, coalesce, MOST_FRAME, () -> now);
    memory = regions.segments();
  }

  /** One that coalesces for a guest that takes everything. */
  static SoftRxBed coalescing(long seed, int burst) {
    return new SoftRxBed(seed, burst, CHECKSUMS, CHECKSUMS | TCP, true);
  }

  void feed(byte[] bytes) {
    below.waiting.add(Received.plain(bytes));
  }

  long counted(Name name) {
    return counters.get(name);
  }

  /** Everything until there is no more, and nothing left behind. */
  List<Received> all() {
    List<Received> all = new ArrayList<>();
    List<Received> some = one();
    while (!some.isEmpty()) {
      all.addAll(some);
      some = one();
    }
    assertTrue(below.waiting.isEmpty(), "everything was asked for");
    assertEquals(0, below.lentOut(), "everything was released");
    return all;
  }

  /** What one call gives; released again. */
  List<Received> one() {
    int n = stage.receive(burst, 32);
    assertTrue(n >= 0 && n <= 32, () -> n + " entries");
    List<Received> frames = read(n);
    for (int at = 0; at < n; ) {
      int part = 1 + random.nextInt(n - at);
      stage.release(burst, at, part);
      at += part;
    }
    return frames;
  }

  /** What one call gives, held. */
  int hold() {
    return stage.receive(burst, 32);
  }

  void letGo(int first, int count) {
    stage.release(burst, first, count);
  }

  private List<Received> read(int n) {
    List<Received> frames = new ArrayList<>();
    for (int e = 0; e < n; ) {
      int first = e;
      int length = 0;
      do {
        length += burst.length[e];
      } while ((burst.flags[e++] & Offload.MORE) != 0);
      byte[] bytes = new byte[length];
      int at = 0;
      for (int i = first; i < e; i++) {
        MemorySegment.copy(
            memory[burst.region[i]],
            ValueLayout.JAVA_BYTE,
            burst.offset[i],
            bytes,
            at,
            burst.length[i]);
        at += burst.length[i];
      }
      int flags = burst.flags[first] & ~Offload.MORE;
      frames.add(new Received(bytes, flags, burst.offload[first], burst.vlan[first]));
    }
    return frames;
  }
}
