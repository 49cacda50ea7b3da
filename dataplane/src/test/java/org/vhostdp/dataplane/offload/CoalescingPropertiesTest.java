package org.vhostdp.dataplane.offload;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.vhostdp.dataplane.net.QueueCounters.Name;
import org.vhostdp.spi.Offload;

/**
 * Whatever comes: cut again, the frames of each flow are those that came, byte for byte and in
 * their order.
 */
class CoalescingPropertiesTest {
  private static final int FLOWS = 11;

  /** The frames of one case, and which of them belong together. */
  private static final class Traffic {
    private final Random random;
    private final Segment[] flows = new Segment[FLOWS];
    private final int most;
    final List<Received> frames = new ArrayList<>();

    Traffic(Random random) {
      this.random = random;
      most = 1 + random.nextInt(FLOWS);
      for (int f = 0; f < FLOWS; f++) {
        Segment s = new Segment();
        s.flow = f;
        s.tags = random.nextInt(3);
        s.version6 = random.nextBoolean();
        s.host = random.nextInt(2);
        s.port = random.nextInt(3);
        s.fragment = random.nextInt(4) == 0 ? 0 : 0x4000;
        s.options = random.nextInt(4) == 0 ? random.nextInt(11) : 3;
        s.payload = random.nextInt(4) == 0 ? 1 + random.nextInt(9000) : 1448;
        s.sequence = random.nextInt();
        s.id = random.nextInt(65_536);
        flows[f] = s;
      }
    }

    void make() {
      for (int run = 5 + random.nextInt(60); run > 0; run--) {
        int flow = random.nextInt(most);
        for (int n = 1 + random.nextInt(random.nextInt(8) == 0 ? 60 : 6); n > 0; n--) {
          one(flow);
        }
      }
    }

    private void one(int flow) {
      Segment segment = flows[flow].copy();
      int size = segment.payload;
      if (random.nextInt(6) == 0) {
        oddity(segment);
      }
      add(segment);
      Segment next = segment.next();
      Segment regular = flows[flow];
      regular.sequence = next.sequence;
      regular.id = random.nextInt(20) == 0 ? regular.id : next.id;
      regular.payload = size;
      if (random.nextInt(40) == 0) {
        // The last two change places.
        Received last = frames.removeLast();
        frames.add(Math.max(0, frames.size() - 1), last);
      }
    }

    private void oddity(Segment s) {
      switch (random.nextInt(20)) {
        case 0 -> s.payload = 0;
        case 1 -> s.payload = 1 + random.nextInt(s.payload);
        case 2 -> s.payload += random.nextInt(100);
        case 3 -> s.flags |= Segment.PSH;
        case 4 -> s.flags |= Segment.FIN;
        case 5 -> s.flags = random.nextInt(0x1000);
        case 6 -> s.sequence += random.nextInt(5000);
        case 7 -> s.sequence -= random.nextInt(5000);
        case 8 -> s.ack++;
        case 9 -> s.window++;
        case 10 -> s.options = random.nextInt(11);
        case 11 -> s.stamp++;
        case 12 -> s.ttl--;
        case 13 -> s.tos = random.nextInt(256);
        case 14 -> s.id = random.nextInt(65_536);
        case 15 -> s.wrongChecksum = true;
        case 16 -> s.padding = 1 + random.nextInt(20);
        case 17 -> s.fragment = random.nextInt(65_536);
        case 18 -> s.ipOptions = random.nextInt(11);
        default -> s.extension = true;
      }
    }

    private void add(Segment segment) {
      byte[] bytes = segment.bytes();
      int flags = 0;
      if (!segment.wrongChecksum && random.nextInt(3) == 0) {
        flags = Offload.CSUM_VALID;
      }
      frames.add(new Received(bytes, flags, 0, 0));
      if (random.nextInt(30) == 0) {
        byte[] other = new byte[14 + random.nextInt(60)];
        random.nextBytes(other);
        other[9] = FLOWS;
        frames.add(Received.plain(other));
      }
    }
  }

  @Property(tries = 600)
  void flowsAreAsTheyCame(@ForAll long seed) {
    Random random = new Random(seed);
    Traffic traffic = new Traffic(random);
    traffic.make();
    SoftRxBed bed = SoftRxBed.coalescing(seed, random.nextInt(3) == 0 ? 32 : 0);
    bed.below.before = () -> bed.now += random.nextInt(9000);
    if (random.nextInt(4) == 0) {
      bed.below.room = 40 + random.nextInt(3000);
      traffic.frames.removeIf(frame -> frame.bytes().length > 30 * bed.below.room);
    }
    bed.below.waiting.addAll(traffic.frames);
    List<Received> given = bed.all();
    assertEquals(
        traffic.frames.size() - given.size(), bed.counted(Name.FALLBACK_COALESCED), "saved");
    Map<Integer, List<byte[]>> expected = byFlow(traffic.frames);
    Map<Integer, List<byte[]>> found = byFlow(given);
    assertEquals(expected.keySet(), found.keySet());
    expected.forEach((flow, frames) -> assertSame(flow, frames, found.get(flow)));
  }

  /** The flow stands in the source address. */
  private static Map<Integer, List<byte[]>> byFlow(List<Received> frames) {
    Map<Integer, List<byte[]>> flows = new HashMap<>();
    for (Received frame : frames) {
      int flow = frame.bytes()[9];
      flows.computeIfAbsent(flow, any -> new ArrayList<>()).addAll(Recut.of(frame));
    }
    return flows;
  }

  private static void assertSame(int flow, List<byte[]> expected, List<byte[]> found) {
    assertEquals(expected.size(), found.size(), () -> "flow " + flow);
    for (int i = 0; i < expected.size(); i++) {
      byte[] is = expected.get(i);
      int ip = ip(is);
      assertArrayEquals(
          Recut.withoutAtomicIds(is, ip), Recut.withoutAtomicIds(found.get(i), ip), "frame " + i);
    }
  }

  private static int ip(byte[] frame) {
    int at = 14;
    while (at + 4 < frame.length && (frame[at - 2] & 0xFF) != 0x86 && frame[at - 2] != 8) {
      at += 4;
    }
    return Math.min(at, 22);
  }

  /** What keeps the property from being true of a stage that does nothing. */
  @Example
  void muchIsGathered() {
    long saved = 0;
    long all = 0;
    for (int seed = 0; seed < 50; seed++) {
      Traffic traffic = new Traffic(new Random(seed));
      traffic.make();
      SoftRxBed bed = SoftRxBed.coalescing(seed, 32);
      bed.below.waiting.addAll(traffic.frames);
      all += traffic.frames.size();
      bed.all();
      saved += bed.counted(Name.FALLBACK_COALESCED);
    }
    assertTrue(saved > all / 3, saved + " of " + all);
  }
}
