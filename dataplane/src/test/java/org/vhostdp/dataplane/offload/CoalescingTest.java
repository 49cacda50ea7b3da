package org.vhostdp.dataplane.offload;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.ByteBuffer;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.vhostdp.dataplane.net.QueueCounters.Name;
import org.vhostdp.spi.Offload;

/** What is gathered to one frame, for how long, and what else is held. */
class CoalescingTest {
  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void aBurstOfFullSegmentsBecomesOneFrame(boolean version6) {
    Segment first = new Segment();
    first.version6 = version6;
    first.payload = 1448;
    first.id = 0xFFF0;
    first.sequence = -3000;
    SoftRxBed bed = SoftRxBed.coalescing(1, 32);
    assertEquals(List.of(32), Trains.gathered(bed, Trains.train(first, 32)));
    assertEquals(31, bed.counted(Name.FALLBACK_COALESCED));
    assertEquals(32, bed.counted(Name.FALLBACK_VALIDATION));
  }

  @Test
  void aTrainGoesOnOverBurstsUpToWhatIpCanHold() {
    Segment first = new Segment();
    first.payload = 1448;
    SoftRxBed bed = SoftRxBed.coalescing(2, 5);
    assertEquals(List.of(45, 45, 10), Trains.gathered(bed, Trains.train(first, 100)));
  }

  @Test
  void anIpv6TrainWithTagsFitsTheBuffersOfGuestsThatDoNotMerge() {
    Segment first = new Segment();
    first.version6 = true;
    first.tags = 2;
    // As IP counts it, 65,535 bytes would fit; with two tags the frame would have 65,557.
    first.payload = (65_535 - 72) / 9;
    first.options = 3;
    SoftRxBed bed = SoftRxBed.coalescing(3, 0);
    assertEquals(List.of(8, 1), Trains.gathered(bed, Trains.train(first, 9)));
  }

  @Test
  void oneAloneIsAsItCame() {
    SoftRxBed bed = SoftRxBed.coalescing(4, 1);
    byte[] bytes = new Segment().bytes();
    bed.below.waiting.add(new Received(bytes, Offload.VLAN, 0, 99));
    Received frame = bed.all().getFirst();
    assertArrayEquals(bytes, frame.bytes());
    assertEquals(Offload.VLAN | Offload.CSUM_VALID, frame.flags(), "validated here");
    assertEquals(99, frame.vlan());
    assertEquals(0, bed.counted(Name.FALLBACK_COALESCED));
  }

  @Test
  void checksumsFromBelowAreTrusted() {
    Segment first = new Segment();
    SoftRxBed bed = SoftRxBed.coalescing(5, 8);
    Segment second = first.next();
    second.wrongChecksum = true;
    bed.feed(first.bytes());
    bed.below.waiting.add(new Received(second.bytes(), Offload.CSUM_VALID, 0, 0));
    long open = Offload.pack(second.transport(), 16, 0, 0);
    bed.below.waiting.add(new Received(second.next().bytes(), Offload.CSUM_PARTIAL, open, 0));
    List<Received> all = bed.all();
    assertEquals(1, all.size());
    assertEquals(3, Recut.of(all.getFirst()).size());
    assertEquals(1, bed.counted(Name.FALLBACK_VALIDATION));
  }

  @Test
  void anOpenChecksumElsewhereIsNotGathered() {
    Segment first = new Segment();
    SoftRxBed bed = SoftRxBed.coalescing(6, 8);
    long open = Offload.pack(first.transport(), 6, 0, 0);
    bed.feed(first.bytes());
    bed.below.waiting.add(new Received(first.next().bytes(), Offload.CSUM_PARTIAL, open, 0));
    List<Received> all = bed.all();
    assertEquals(2, all.size());
    assertEquals(Offload.CSUM_PARTIAL, all.get(1).flags());
    assertEquals(open, all.get(1).offload());
  }

  @Test
  void ofPacketsThatMayBeFragmentedEveryIdentificationCounts() {
    Segment first = new Segment();
    first.fragment = 0;
    List<Segment> train = Trains.train(first, 4);
    assertEquals(List.of(4), Trains.gathered(SoftRxBed.coalescing(8, 32), train));
    train.forEach(segment -> segment.id = 5);
    assertEquals(List.of(1, 1, 1, 1), Trains.gathered(SoftRxBed.coalescing(8, 32), train));
  }

  @Test
  void identificationsOfPacketsThatAreNotFragmentedMayStandStill() {
    List<Segment> train = Trains.train(new Segment(), 4);
    train.forEach(segment -> segment.id = 0);
    assertEquals(List.of(4), Trains.gathered(SoftRxBed.coalescing(9, 32), train));
    train.get(2).id = 2;
    assertEquals(List.of(2, 1, 1), Trains.gathered(SoftRxBed.coalescing(9, 32), train));
  }

  @Test
  void echoOfCongestionIsGatheredWhereAllHaveIt() {
    Segment first = new Segment();
    first.flags |= Segment.ECE;
    SoftRxBed bed = SoftRxBed.coalescing(10, 32);
    assertEquals(List.of(4), Trains.gathered(bed, Trains.train(first, 4)));
  }

  @Test
  void anotherKindThanTheGuestTakesIsNotGathered() {
    int taken = SoftRxBed.CHECKSUMS | Offload.GSO_TCP6;
    SoftRxBed bed = new SoftRxBed(11, 32, 0, taken, true);
    assertEquals(List.of(1, 1, 1), Trains.gathered(bed, Trains.train(new Segment(), 3)));
    Segment first = new Segment();
    first.version6 = true;
    assertEquals(List.of(3), Trains.gathered(bed, Trains.train(first, 3)));
  }

  @Test
  void flowsDifferByAddressPortAndTagEvenOutsideTheBytes() {
    SoftRxBed bed = SoftRxBed.coalescing(12, 32);
    Segment[] flows = new Segment[5];
    for (int f = 0; f < flows.length; f++) {
      flows[f] = new Segment();
      flows[f].tags = 1;
    }
    flows[1].host = 2;
    flows[2].port = 2;
    flows[3].tci = 2;
    flows[4].flow = 2;
    for (int i = 0; i < 4; i++) {
      for (int f = 0; f < flows.length; f++) {
        bed.feed(flows[f].bytes());
        flows[f] = flows[f].next();
      }
      int vlan = i & 1;
      bed.below.waiting.add(new Received(flows[0].bytes(), Offload.VLAN, 0, vlan));
    }
    List<Integer> sizes = bed.all().stream().map(f -> Recut.of(f).size()).sorted().toList();
    assertEquals(List.of(1, 1, 1, 1, 4, 4, 4, 4, 4), sizes, "tags outside of the bytes alternate");
  }

  @Test
  void theOldestFlowMakesRoomForANewOne() {
    SoftRxBed bed = SoftRxBed.coalescing(13, 32);
    for (int flow = 0; flow < Coalescing.MOST_HELD + 1; flow++) {
      Segment segment = new Segment();
      segment.flow = flow;
      segment.port += flow;
      bed.feed(segment.bytes());
      bed.feed(segment.next().bytes());
    }
    List<Received> first = bed.one();
    assertEquals(1, first.size());
    assertEquals(0, first.getFirst().bytes()[9], "the first flow");
    assertEquals(Coalescing.MOST_HELD, bed.all().size());
  }

  @Test
  void nothingIsHeldForLongWhileOtherFramesCome() {
    SoftRxBed bed = SoftRxBed.coalescing(14, 3);
    Segment first = new Segment();
    byte[] other = new byte[60];
    bed.feed(first.bytes());
    bed.feed(first.next().bytes());
    bed.feed(other);
    assertArrayEquals(other, bed.one().getFirst().bytes(), "the others are held");
    bed.now += 20_000;
    bed.feed(other);
    assertEquals(1, bed.one().size(), "not old yet");
    bed.now++;
    bed.feed(other);
    List<Received> second = bed.one();
    assertEquals(2, second.size());
    assertArrayEquals(other, second.get(0).bytes());
    assertEquals(2, Recut.of(second.get(1)).size());
  }

  @Test
  void aFrameWhoseHeadersLieInSeveralEntriesGoesBehindWhatIsHeld() {
    for (int room : new int[] {16, 20, 40, 60, 80}) {
      SoftRxBed bed = SoftRxBed.coalescing(18, 2);
      Segment first = new Segment();
      first.version6 = true;
      bed.feed(first.bytes());
      bed.feed(first.next().bytes());
      bed.below.before =
          () -> {
            if (bed.below.waiting.size() == 1) {
              bed.below.room = room;
            }
          };
      Segment last = first.next().next();
      last.payload = 100;
      bed.feed(last.bytes());
      List<Received> all = bed.all();
      assertEquals(2, all.size());
      assertEquals(2, Recut.of(all.getFirst()).size());
      assertArrayEquals(last.bytes(), all.get(1).bytes());
    }
  }

  @Test
  void whatIsHeldIsGivenWhenThereIsNoMore() {
    SoftRxBed bed = SoftRxBed.coalescing(15, 32);
    bed.feed(new Segment().bytes());
    assertEquals(1, bed.one().size(), "in the call that finds no more");
    assertEquals(0, bed.one().size());
  }

  @Test
  void everyMemoryMayBeLent() {
    SoftRxBed bed = SoftRxBed.coalescing(16, 32);
    Segment segment = new Segment();
    for (int i = 0; i < 96; i++) {
      Segment pushed = segment.copy();
      pushed.flags |= i % 2 == 1 ? Segment.PSH : 0;
      bed.feed(pushed.bytes());
      segment = segment.next();
    }
    List<Received> all = bed.all();
    assertEquals(48, all.size());
    int sequence = 0;
    for (Received frame : all) {
      assertEquals(2, Recut.of(frame).size());
      assertEquals(sequence, ByteBuffer.wrap(frame.bytes()).getInt(14 + 20 + 4));
      sequence += 2000;
    }
  }

  @Test
  void whatIsHeldIsDroppedAndCountedAtTheEnd() {
    SoftRxBed bed = SoftRxBed.coalescing(17, 3);
    Segment first = new Segment();
    bed.feed(first.bytes());
    bed.feed(first.next().bytes());
    bed.feed(new byte[60]);
    assertEquals(1, bed.hold());
    bed.letGo(0, 1);
    bed.stage.discard();
    assertEquals(2, bed.counted(Name.DROPPED_STOPPED));
    assertEquals(0, bed.below.lentOut());
    assertTrue(bed.all().isEmpty());
  }
}
