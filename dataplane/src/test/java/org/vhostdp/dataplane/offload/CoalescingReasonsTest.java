package org.vhostdp.dataplane.offload;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Each reason to stop gathering: of six segments the third is unlike the others, and all six become
 * frames of so many segments.
 */
class CoalescingReasonsTest {
  private static Arguments reason(String name, String gathered, Consumer<Segment> third) {
    return Arguments.of(name, gathered, third);
  }

  static Stream<Arguments> reasons() {
    return Stream.of(
        reason("nothing", "6", s -> {}),
        reason("FIN", "2 1 3", s -> s.flags |= Segment.FIN),
        reason("SYN", "2 1 3", s -> s.flags |= Segment.SYN),
        reason("RST", "2 1 3", s -> s.flags |= Segment.RST),
        reason("URG", "2 1 3", s -> s.flags |= Segment.URG),
        reason("CWR", "2 1 3", s -> s.flags |= Segment.CWR),
        reason("a reserved flag", "2 1 3", s -> s.flags |= 0x200),
        reason("no ACK", "2 1 3", s -> s.flags = 0),
        reason("ECE", "2 1 3", s -> s.flags |= Segment.ECE),
        reason("PSH", "3 3", s -> s.flags |= Segment.PSH),
        reason("shorter", "3 3", s -> s.payload = 999),
        reason("longer", "2 2 2", s -> s.payload = 1001),
        reason("no payload", "2 1 3", s -> s.payload = 0),
        reason("a gap", "2 4", s -> s.sequence += 5000),
        reason("repeated", "2 4", s -> s.sequence -= 1000),
        reason("ack", "2 1 3", s -> s.ack++),
        reason("window", "2 1 3", s -> s.window++),
        reason("urgent pointer", "2 1 3", s -> s.urgent++),
        reason("timestamp", "2 1 3", s -> s.stamp++),
        reason("more options", "2 1 3", s -> s.options = 4),
        reason("no options", "2 1 3", s -> s.options = 0),
        reason("TTL", "2 1 3", s -> s.ttl--),
        reason("TOS", "2 1 3", s -> s.tos = 4),
        reason("congestion experienced", "2 1 3", s -> s.tos = 3),
        reason("padded", "2 1 3", s -> s.padding = 2),
        reason("wrong checksum", "2 1 3", s -> s.wrongChecksum = true));
  }

  static Stream<Arguments> reasonsOfIpv4() {
    return Stream.of(
        reason("identification", "2 1 3", s -> s.id += 9),
        reason("may be fragmented", "2 1 3", s -> s.fragment = 0),
        reason("reserved bit", "2 1 3", s -> s.fragment = 0xC000),
        reason("a first fragment", "2 1 3", s -> s.fragment = 0x2000),
        reason("a fragment", "2 1 3", s -> s.fragment = 100),
        reason("options of IP", "2 1 3", s -> s.ipOptions = 1),
        reason("wrong IP checksum", "2 1 3", s -> s.wrongHeaderChecksum = true));
  }

  static Stream<Arguments> reasonsOfIpv6() {
    return Stream.of(
        reason("flow label", "2 1 3", s -> s.label = 5),
        reason("extension header", "2 1 3", s -> s.extension = true));
  }

  private static void assertReason(boolean version6, String expected, Consumer<Segment> change) {
    for (int tags = 0; tags <= 2; tags++) {
      Segment first = new Segment();
      first.version6 = version6;
      first.tags = tags;
      List<Segment> train = Trains.train(first, 2);
      Segment regular = train.getLast().next();
      Segment third = regular.copy();
      change.accept(third);
      train.add(third);
      Segment fourth = regular.next();
      fourth.sequence = third.sequence + third.payload;
      train.addAll(Trains.train(fourth, 3));
      SoftRxBed bed = SoftRxBed.coalescing(7, 32);
      List<String> gathered = Trains.gathered(bed, train).stream().map(String::valueOf).toList();
      assertEquals(expected, String.join(" ", gathered));
    }
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource({"reasons", "reasonsOfIpv4"})
  void reasonsToStop(String name, String gathered, Consumer<Segment> third) {
    assertReason(false, gathered, third);
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource({"reasons", "reasonsOfIpv6"})
  void reasonsToStopIpv6(String name, String gathered, Consumer<Segment> third) {
    assertReason(true, gathered, third);
  }
}
