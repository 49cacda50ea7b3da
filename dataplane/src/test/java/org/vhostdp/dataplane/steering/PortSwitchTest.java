package org.vhostdp.dataplane.steering;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.vhostdp.dataplane.net.QueueCounters.Name;
import org.vhostdp.dataplane.steering.SwitchBed.Got;
import org.vhostdp.spi.Offload;
import org.vhostdp.spi.Steering;

/** Frames come to the queue that was set for them. */
class PortSwitchTest {
  private static final int TYPES = RssSetting.TYPES;

  private static byte[] flow(int i) {
    return Packets.flow(Packets.UDP, "10.0.0." + (i % 250 + 1), 1000 + i, "10.1.0.1", 80, i);
  }

  private static RssSetting rss(int unclassified, int... table) throws SteeringRefused {
    return RssSetting.of(TYPES, FlowClassifierTest.KEY, table, unclassified, 8);
  }

  private static int hash(byte[] frame) {
    return SlowFlow.of(frame, TYPES, FlowClassifierTest.KEY).hash();
  }

  @Test
  void theGuestsTableSteersFromAnyNumberOfQueuesToAnyOther() throws Exception {
    for (int driverQueues : new int[] {1, 3}) {
      for (int guestQueues : new int[] {2, 5}) {
        try (SwitchBed bed = new SwitchBed(driverQueues, guestQueues, SteeringSpec.AUTO)) {
          int[] table = IntStream.range(0, 64).map(i -> (i * 7 + i / 9) % guestQueues).toArray();
          bed.ports.rss(rss(0, table));
          for (int i = 0; i < 500; i++) {
            bed.drivers[i % driverQueues].feed(flow(i));
          }
          int came = 0;
          List<List<Got>> all = bed.drain();
          for (int q = 0; q < guestQueues; q++) {
            for (Got got : all.get(q)) {
              assertEquals(q, table[hash(got.bytes()) & 63]);
              assertArrayEquals(flow(Packets.mark(got.bytes())), got.bytes());
              assertEquals(0, got.flags());
            }
            came += all.get(q).size();
            assertEquals(all.get(q).size(), bed.count(q, Name.FALLBACK_STEERING));
            assertEquals(0, bed.count(q, Name.DROPPED_STEERING));
          }
          assertEquals(500, came);
        }
      }
    }
  }

  @Test
  void unclassifiedFramesGoToTheirQueue() throws Exception {
    try (SwitchBed bed = new SwitchBed(1, 3, SteeringSpec.AUTO)) {
      bed.ports.rss(rss(2, 0, 1));
      byte[] arp = Packets.ethernet(0x0806, new byte[46]);
      bed.drivers[0].feed(arp);
      bed.drivers[0].feed(new byte[14]);
      assertEquals(2, bed.drain().get(2).size());
      bed.ports.rss(RssSetting.of(0, new byte[0], new int[] {0}, 1, 3));
      bed.drivers[0].feed(flow(1));
      assertEquals(1, bed.drain().get(1).size());
    }
  }

  @Test
  void whatAnInactiveQueueWouldGetGoesToTheUnclassifiedOneOrIsDropped() throws Exception {
    try (SwitchBed bed = new SwitchBed(1, 4, SteeringSpec.AUTO)) {
      bed.ports.rss(rss(1, 3, 3));
      bed.ports.active(3, false);
      bed.drivers[0].feed(flow(1));
      assertEquals(1, bed.drain().get(1).size());
      bed.ports.active(1, false);
      bed.drivers[0].feed(flow(2));
      assertTrue(bed.drain().stream().allMatch(List::isEmpty));
      assertEquals(1, bed.count(3, Name.DROPPED_STEERING));
      for (int i = 0; i < 4; i++) {
        bed.ports.active(i, false);
      }
      bed.drivers[0].feed(flow(3));
      assertTrue(bed.drain().stream().allMatch(List::isEmpty));
    }
  }

  @Test
  void rulesGoBeforeEverythingAndTheFirstOneWins() throws Exception {
    SteeringSpec spec =
        SteeringSpec.of(
            "auto",
            List.of(
                "udp 10.0.0.1:1000 > 10.1.0.1:80 = 2",
                "udp *:1001 > * = 3",
                "udp * > 10.1.0.1 = 1",
                "ip * > [2001:db8::b] = 2",
                "tcp * > * = 9"));
    try (SwitchBed bed = new SwitchBed(2, 4, spec)) {
      bed.ports.rss(rss(0, 0));
      bed.drivers[0].feed(flow(0));
      bed.drivers[1].feed(flow(1));
      bed.drivers[0].feed(flow(2));
      byte[] six =
          Packets.ethernet(
              0x86DD,
              Packets.ipv6(
                  58, Packets.address("::1"), Packets.address("2001:db8::b"), new byte[12]));
      bed.drivers[1].feed(six);
      // The last rule's queue is not there, so it does not hold.
      bed.drivers[0].feed(Packets.flow(Packets.TCP, "10.0.0.1", 1000, "10.1.0.1", 80, 4));
      List<List<Got>> all = bed.drain();
      assertEquals(List.of(1, 1, 2, 1), all.stream().map(List::size).toList());
      assertEquals(4, Packets.mark(all.get(0).getFirst().bytes()));
      assertEquals(2, Packets.mark(all.get(1).getFirst().bytes()));
      assertEquals(1, Packets.mark(all.get(3).getFirst().bytes()));
    }
  }

  @Test
  void everyFrameShowsItsHashWhereTheGuestWantsIt() throws Exception {
    for (int guestQueues : new int[] {1, 2}) {
      try (SwitchBed bed = new SwitchBed(1, guestQueues, SteeringSpec.AUTO)) {
        bed.ports.hashing(RssSetting.of(TYPES, FlowClassifierTest.KEY, new int[1], 0, guestQueues));
        bed.drivers[0].feed(flow(1), Offload.CSUM_VALID, 0);
        bed.drivers[0].feed(Packets.ethernet(0x0806, new byte[46]));
        for (Got got : bed.drain().stream().flatMap(List::stream).toList()) {
          boolean ip = Arrays.equals(flow(1), got.bytes());
          assertEquals(Offload.HASH | (ip ? Offload.CSUM_VALID : 0), got.flags());
          assertEquals(ip ? hash(got.bytes()) : 0, got.hash());
          assertEquals(ip ? Steering.HASH_UDP4 : 0, got.type());
          assertEquals(guestQueues > 1, got.copied());
        }
      }
    }
  }

  @Test
  void aLoneQueueGetsFramesOfAllDriverQueuesWithoutACopy() throws Exception {
    try (SwitchBed bed = new SwitchBed(3, 2, SteeringSpec.AUTO, 64)) {
      bed.ports.active(1, false);
      byte[] large = Arrays.copyOf(flow(7), 1500);
      for (int i = 0; i < 60; i++) {
        bed.drivers[i % 3].feed(large, Offload.CSUM_PARTIAL, i);
      }
      List<Got> got = bed.drain().getFirst();
      assertEquals(60, got.size());
      for (Got one : got) {
        assertArrayEquals(large, one.bytes());
        assertEquals(Offload.CSUM_PARTIAL, one.flags());
        assertFalse(one.copied());
      }
      assertEquals(60, got.stream().mapToLong(Got::offload).distinct().count());
    }
  }

  @Test
  void framesInPiecesAreJoinedAndKeepWhatIsSaidOfThem() throws Exception {
    // Headers lie in several pieces: 20 bytes each.
    try (SwitchBed bed = new SwitchBed(1, 2, SteeringSpec.AUTO, 20)) {
      bed.ports.rss(rss(0, 0, 1, 0, 1, 1, 0, 1, 0));
      for (int i = 0; i < 100; i++) {
        bed.drivers[0].feed(Arrays.copyOf(flow(i), 300), Offload.CSUM_PARTIAL, i);
      }
      List<List<Got>> all = bed.drain();
      int[] table = {0, 1, 0, 1, 1, 0, 1, 0};
      for (int q = 0; q < 2; q++) {
        for (Got got : all.get(q)) {
          byte[] frame = Arrays.copyOf(flow((int) got.offload()), 300);
          assertArrayEquals(frame, got.bytes());
          assertEquals(q, table[hash(frame) & 7]);
          assertEquals(Offload.CSUM_PARTIAL, got.flags());
        }
      }
      assertEquals(100, all.get(0).size() + all.get(1).size());
    }
  }

  @Test
  void aStarvingQueueHoldsUpNobodyAndLosesOnlyItsOwnFrames() throws Exception {
    try (SwitchBed bed = new SwitchBed(1, 2, SteeringSpec.AUTO)) {
      bed.ports.rss(rss(0, 0, 1));
      List<byte[]> frames = IntStream.range(0, 40_000).mapToObj(PortSwitchTest::flow).toList();
      frames.forEach(bed.drivers[0]::feed);
      List<Got> held = bed.hold(0, 32);
      assertTrue(held.size() > 0);
      int came = 0;
      for (int i = 0; i < 10_000; i++) {
        came += bed.take(1).size();
      }
      long other = frames.stream().filter(f -> (hash(f) & 1) == 1).count();
      assertEquals(other, came);
      assertEquals(0, bed.count(1, Name.DROPPED_STEERING));
      assertTrue(bed.count(0, Name.DROPPED_STEERING) > 0);
      // What it holds was not touched, and it goes on where it was.
      List<Got> now = bed.look(0);
      for (int i = 0; i < held.size(); i++) {
        assertArrayEquals(held.get(i).bytes(), now.get(i).bytes());
      }
      bed.release(0);
      long rest = held.size() + bed.drain().get(0).size();
      assertEquals(40_000 - other, rest + bed.count(0, Name.DROPPED_STEERING));
    }
  }

  @Test
  void aQueueThatIsSlowerThanTheDriverLosesNothing() throws Exception {
    try (SwitchBed bed = new SwitchBed(2, 4, SteeringSpec.AUTO)) {
      bed.ports.rss(rss(0, 2));
      for (int i = 0; i < 20_000; i++) {
        bed.drivers[i & 1].feed(flow(i));
      }
      assertEquals(20_000, bed.drain().get(2).size());
      assertEquals(0, bed.count(2, Name.DROPPED_STEERING));
    }
  }

  @Test
  void longFramesLoseNothingEither() throws Exception {
    try (SwitchBed bed = new SwitchBed(1, 2, SteeringSpec.AUTO, 65_550)) {
      bed.ports.rss(rss(0, 1));
      for (int i = 0; i < 300; i++) {
        bed.drivers[0].feed(Arrays.copyOf(flow(i), 65_549), 0, i);
      }
      List<Got> got = bed.drain().get(1);
      assertEquals(300, got.size());
      assertEquals(65_549, got.get(299).bytes().length);
      assertArrayEquals(Arrays.copyOf(flow(299), 65_549), got.get(299).bytes());
    }
  }

  @Test
  void whatWaitsAtTheEndIsCounted() throws Exception {
    try (SwitchBed bed = new SwitchBed(1, 2, SteeringSpec.AUTO)) {
      bed.ports.rss(rss(0, 1));
      for (int i = 0; i < 20; i++) {
        bed.drivers[0].feed(flow(i));
      }
      assertEquals(0, bed.take(0).size());
      bed.queues[1].discard();
      assertEquals(20, bed.count(1, Name.DROPPED_STOPPED));
      assertEquals(0, bed.take(1).size());
    }
  }
}
