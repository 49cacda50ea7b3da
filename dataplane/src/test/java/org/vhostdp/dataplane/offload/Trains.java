package org.vhostdp.dataplane.offload;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.ArrayList;
import java.util.List;

/** Trains of segments, and what becomes of them. */
final class Trains {
  private Trains() {}

  /** Consecutive segments. */
  static List<Segment> train(Segment first, int n) {
    List<Segment> train = new ArrayList<>(List.of(first));
    while (train.size() < n) {
      train.add(train.getLast().next());
    }
    return train;
  }

  /**
   * Feeds segments; returns how many each frame has that comes of them. They are checked to be the
   * same, cut again.
   */
  static List<Integer> gathered(SoftRxBed bed, List<Segment> train) {
    List<byte[]> expected = new ArrayList<>();
    for (Segment segment : train) {
      expected.add(segment.bytes());
      bed.feed(expected.getLast());
    }
    List<Integer> gathered = new ArrayList<>();
    List<byte[]> again = new ArrayList<>();
    for (Received frame : bed.all()) {
      List<byte[]> cut = Recut.of(frame);
      gathered.add(cut.size());
      again.addAll(cut);
    }
    assertEquals(expected.size(), again.size());
    for (int i = 0; i < again.size(); i++) {
      int ip = train.get(i).ip();
      assertArrayEquals(
          Recut.withoutAtomicIds(expected.get(i), ip),
          Recut.withoutAtomicIds(again.get(i), ip),
          "segment " + i);
    }
    return gathered;
  }
}
