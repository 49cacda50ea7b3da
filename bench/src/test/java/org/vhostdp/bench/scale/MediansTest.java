package org.vhostdp.bench.scale;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.vhostdp.bench.result.Row;
import org.vhostdp.bench.result.Sample;

final class MediansTest {
  private static final Row ROW =
      new Row(
          "row",
          Map.of(),
          List.of(
              new Sample("a", 0, Map.of("x", 9.0)),
              new Sample("a", 1, Map.of("x", 1.0)),
              new Sample("a", 2, Map.of("y", 100.0)),
              new Sample("b", 0, Map.of("x", 50.0))),
          List.of());

  @Test
  void onlyTheSideAndTheKeyCount() {
    assertEquals(5.0, Medians.of(ROW, "a", "x").orElseThrow());
    assertEquals(100.0, Medians.of(ROW, "a", "y").orElseThrow());
  }

  @Test
  void withoutSamplesThereIsNone() {
    assertTrue(Medians.of(ROW, "b", "y").isEmpty());
  }
}
