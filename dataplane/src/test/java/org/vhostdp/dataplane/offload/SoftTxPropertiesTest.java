package org.vhostdp.dataplane.offload;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.vhostdp.dataplane.net.QueueCounters.Name;
import org.vhostdp.dataplane.offload.SoftTxBed.Asked;
import org.vhostdp.spi.Burst;
import org.vhostdp.spi.Capabilities;
import org.vhostdp.spi.Offload;

/** Whatever the driver lends and takes, and whatever the guest asks. */
class SoftTxPropertiesTest {
  private static final int[] ROOM = {1, 3, 20, 256};
  private static final int ALL = SoftTx.OFFLOADS;

  private static LargeFrame headers(Random random, int payload) {
    return new LargeFrame(
        random.nextInt(3),
        random.nextBoolean(),
        random.nextBoolean(),
        random.nextInt(4),
        random.nextInt(11),
        random.nextInt(256),
        payload);
  }

  private static Asked asked(Random random) {
    return switch (random.nextInt(4)) {
      case 0 -> SoftTxBed.plain(14 + random.nextInt(1500), random.nextLong());
      case 1 -> SoftTxBed.open(headers(random, random.nextInt(1200)), random.nextLong());
      case 2 -> SoftTxBed.large(headers(random, random.nextInt(1400)), random.nextLong());
      default -> SoftTxBed.large(headers(random, random.nextInt(64_000)), random.nextLong());
    };
  }

  /** Lends and takes a random part, never nothing for ever. */
  private static SoftTxBed partial(Random random, Capabilities can) {
    SoftTxBed bed = new SoftTxBed(can);
    int most = ROOM[random.nextInt(ROOM.length)];
    boolean random0 = random.nextBoolean();
    bed.driver.claims = max -> random0 ? random.nextInt(Math.min(max, most) + 1) : most;
    bed.driver.accepts = entries -> random0 ? random.nextInt(entries + 1) : entries;
    return bed;
  }

  @Property(tries = 150)
  void aDriverWithoutOffloadsGetsAllInOrder(@ForAll long seed) {
    Random random = new Random(seed);
    int lent = 1 + random.nextInt(40);
    SoftTxBed bed = partial(random, SoftTxBed.driver(0, 2048, 2048, 1, lent));
    List<Asked> frames = new ArrayList<>();
    for (int i = 0; i < 60; i++) {
      frames.add(asked(random));
    }
    bed.send(frames);
    bed.assertPlain(frames);
    assertEquals(0, bed.count(Name.DROPPED_HEADERS));
  }

  @Property(tries = 100)
  void soDoesOneWithShortFrames(@ForAll long seed) {
    Random random = new Random(seed);
    SoftTxBed bed = partial(random, SoftTxBed.driver(0, 2048, 256, 8, 8 + random.nextInt(40)));
    List<Asked> frames = new ArrayList<>();
    for (int i = 0; i < 30; i++) {
      frames.add(asked(random));
    }
    bed.send(frames);
    bed.assertPlain(frames);
  }

  @Property(tries = 100)
  void whatADriverCanTakeComesAsItWas(@ForAll long seed) {
    Random random = new Random(seed);
    int has = Offload.CSUM_PARTIAL | random.nextInt() & ALL;
    SoftTxBed bed =
        partial(random, SoftTxBed.driver(has, SoftTx.MOST_FRAME, 4096, 17, 17 + random.nextInt(9)));
    List<Asked> frames = new ArrayList<>();
    for (int i = 0; i < 30; i++) {
      frames.add(asked(random));
    }
    bed.send(frames);
    List<byte[]> expected = new ArrayList<>();
    for (Asked each : frames) {
      boolean passes = (each.flags() & ~has) == 0;
      expected.addAll(passes ? List.of(each.bytes()) : each.plain());
    }
    assertEquals(expected.size(), bed.driver.sent.size());
    for (int i = 0; i < expected.size(); i++) {
      assertEquals(List.of(boxed(expected.get(i))), List.of(boxed(bed.driver.sent.get(i).bytes())));
    }
    bed.assertNothingLent();
  }

  private static String boxed(byte[] bytes) {
    return new String(bytes, StandardCharsets.ISO_8859_1);
  }

  /** Random bytes, random metadata, bursts with frames of several entries and of nowhere. */
  @Property(tries = 300)
  void nothingHostileThrowsOrBreaksADriversLimits(@ForAll long seed) {
    Random random = new Random(seed);
    int has = random.nextInt() & ALL;
    SoftTxBed bed = partial(random, SoftTxBed.driver(has, 2048, 1024, 2, 40));
    for (int turn = 0; turn < 60; turn++) {
      bed.soft.pump();
      hostileTurn(bed, random);
    }
    bed.soft.discard();
    bed.driver.claims = max -> max;
    bed.assertNothingLent();
  }

  private static void hostileTurn(SoftTxBed bed, Random random) {
    Burst burst = bed.burst;
    boolean large = random.nextInt(3) == 0;
    int claimed =
        large ? bed.soft.claimLarge(burst) : bed.soft.claim(burst, 1 + random.nextInt(32));
    if (claimed == 0) {
      return;
    }
    int[] region = burst.region.clone();
    long[] offset = burst.offset.clone();
    for (int i = 0; i < claimed; i++) {
      hostile(bed, i, random);
    }
    int done = 0;
    while (done < claimed) {
      int accepted = bed.soft.transmit(burst, done, claimed - done);
      done += accepted;
      if (done == claimed) {
        return;
      }
      // What is refused is the caller's still; the frames behind it pass.
      assertTrue(burst.status[done] >= Burst.FULL && burst.status[done] <= Burst.REFUSED);
      int end = burst.status[done] == Burst.FULL ? claimed : frameEnd(burst, done, claimed);
      System.arraycopy(region, done, burst.region, done, end - done);
      System.arraycopy(offset, done, burst.offset, done, end - done);
      bed.soft.unclaim(burst, done, end - done);
      done = end;
    }
  }

  private static int frameEnd(Burst burst, int at, int claimed) {
    int end = at + 1;
    while (end < claimed && (burst.flags[end - 1] & Offload.MORE) != 0) {
      end++;
    }
    return end;
  }

  private static void hostile(SoftTxBed bed, int i, Random random) {
    Burst burst = bed.burst;
    LargeFrame headers = headers(random, random.nextInt(burst.room[i] > 60_000 ? 60_000 : 600));
    byte[] bytes =
        random.nextInt(3) == 0
            ? SoftTxBed.plain(1 + random.nextInt(900), random.nextLong()).bytes()
            : headers.bytes(random);
    for (int wrong = random.nextInt(3); wrong > 0; wrong--) {
      bytes[random.nextInt(Math.min(bytes.length, 120))] = (byte) random.nextInt();
    }
    int flags = headers.offload() | Offload.CSUM_PARTIAL;
    if (random.nextInt(3) == 0) {
      flags = random.nextInt() & (ALL | Offload.GSO_UFO);
    }
    long offload =
        Offload.pack(headers.transport(), headers.tcp() ? 16 : 6, 1 + random.nextInt(900), 0);
    if (random.nextInt(3) == 0) {
      offload = random.nextLong();
    }
    assertTrue(bed.fill(i, new Asked(bytes, flags, offload, List.of())));
    if (random.nextInt(6) == 0 && i < 31) {
      burst.flags[i] |= Offload.MORE;
    }
    if (random.nextInt(20) == 0) {
      burst.length[i] = random.nextBoolean() ? random.nextInt() : 0;
    }
    if (random.nextInt(40) == 0) {
      burst.offset[i] = random.nextLong();
    }
    if (random.nextInt(40) == 0) {
      burst.region[i] = random.nextBoolean() ? -1 : 2 + random.nextInt(3);
    }
  }

  @Example
  void aGuestThatAsksForSegmentsOfOneByteDoesNotKeepTheOthersWaiting() {
    SoftTxBed bed = new SoftTxBed(SoftTxBed.plainDriver(0));
    LargeFrame headers = new LargeFrame(0, false, true, 0, 0, LargeFrame.ACK, 60_000);
    Asked large = SoftTxBed.large(headers, 1);
    long offload = Offload.pack(headers.transport(), 16, 1, 0);
    bed.send(List.of());
    assertEquals(
        1, bed.offer(List.of(new Asked(large.bytes(), large.flags(), offload, List.of()))));
    assertTrue(bed.soft.holds());
    assertTrue(
        bed.driver.sent.size() <= 160, () -> "frames of one turn: " + bed.driver.sent.size());
    bed.send(List.of());
    assertEquals(60_000, bed.driver.sent.size());
    bed.assertNothingLent();
  }
}
