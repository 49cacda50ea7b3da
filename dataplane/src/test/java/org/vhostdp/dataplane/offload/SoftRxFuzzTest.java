package org.vhostdp.dataplane.offload;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.List;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.vhostdp.dataplane.net.QueueCounters.Name;
import org.vhostdp.spi.Offload;

/** No bytes and no numbers from below make the stage throw, or lose a frame without counting it. */
class SoftRxFuzzTest {
  private static final int KINDS = SoftRxBed.CHECKSUMS | Offload.GSO_ANY | Offload.GSO_ECN;

  private static final Name[] DROPS = {Name.DROPPED_HEADERS, Name.DROPPED_TOO_LONG};

  @Property(tries = 1500)
  void anything(@ForAll long seed) {
    Random random = new Random(seed);
    int given = random.nextInt() & KINDS;
    int taken = random.nextInt() & KINDS;
    SoftRxBed bed = new SoftRxBed(seed, 0, given, taken, random.nextBoolean());
    bed.below.before = () -> bed.now += random.nextInt(15_000);
    if (random.nextInt(3) == 0) {
      bed.below.room = 10 + random.nextInt(200);
    }
    int fed = 0;
    for (int i = 0; i < 60; i++) {
      byte[] bytes = bytes(random);
      if (bytes.length > 0 && bytes.length <= 32 * bed.below.room) {
        fed++;
        bed.below.waiting.add(
            new Received(bytes, flags(random), numbers(random), random.nextInt(0x10000)));
      }
    }
    long seen = 0;
    for (int calls = 0; !bed.below.waiting.isEmpty() || bed.below.lentOut() > 0; calls++) {
      seen += count(bed.one(), taken, given);
      assertTrue(calls < 100_000, "no end");
    }
    for (List<Received> rest = bed.one(); !rest.isEmpty(); rest = bed.one()) {
      seen += count(rest, taken, given);
    }
    long dropped = Arrays.stream(DROPS).mapToLong(bed::counted).sum();
    long cut = bed.counted(Name.FALLBACK_SEGMENTATION);
    long saved = bed.counted(Name.FALLBACK_COALESCED);
    if (cut == 0) {
      assertEquals(fed, seen + dropped + saved, "every frame is given, dropped or gathered");
    } else {
      assertTrue(seen >= fed - dropped - saved, "large frames become at least one");
    }
  }

  /** Checks that what was undone is; returns how many there are. */
  private static long count(List<Received> frames, int taken, int given) {
    for (Received frame : frames) {
      int left = frame.flags() & Undoing.NEED & given & ~taken;
      assertEquals(0, left, () -> "given what the guest does not take: " + left);
    }
    return frames.size();
  }

  private static int flags(Random random) {
    int flags = random.nextInt(3) == 0 ? random.nextInt() & Offload.KNOWN & ~Offload.MORE : 0;
    int one = Offload.GSO_TCP4 << random.nextInt(4);
    return random.nextInt(3) == 0 ? one | Offload.CSUM_PARTIAL : flags;
  }

  private static long numbers(Random random) {
    return random.nextBoolean()
        ? random.nextLong()
        : Offload.pack(random.nextInt(60), random.nextInt(20), 100 + random.nextInt(2000), 0);
  }

  private static byte[] bytes(Random random) {
    byte[] bytes;
    if (random.nextInt(4) == 0) {
      bytes = new byte[random.nextInt(200)];
      random.nextBytes(bytes);
      return bytes;
    }
    if (random.nextBoolean()) {
      LargeFrame frame =
          new LargeFrame(
              random.nextInt(3),
              random.nextBoolean(),
              random.nextBoolean(),
              random.nextInt(11),
              random.nextInt(11),
              random.nextInt(256),
              random.nextInt(3000));
      bytes = frame.bytes(random);
    } else {
      Segment segment = new Segment();
      segment.version6 = random.nextBoolean();
      segment.tags = random.nextInt(3);
      segment.sequence = 1000 * random.nextInt(5);
      bytes = segment.bytes();
    }
    for (int wrong = random.nextInt(3); wrong > 0; wrong--) {
      bytes[12 + random.nextInt(Math.min(50, bytes.length - 12))] = (byte) random.nextInt();
    }
    return random.nextInt(4) == 0 ? Arrays.copyOf(bytes, random.nextInt(bytes.length + 1)) : bytes;
  }
}
