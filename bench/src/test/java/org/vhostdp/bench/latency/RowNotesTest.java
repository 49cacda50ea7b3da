package org.vhostdp.bench.latency;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.HdrHistogram.Histogram;
import org.junit.jupiter.api.Test;

class RowNotesTest {
  private static final Histogram PROMPT = histogram(100);
  private static final Histogram TARDY = histogram(90_000);

  private static Histogram histogram(long value) {
    Histogram histogram = new Histogram(60_000_000_000L, 3);
    histogram.recordValue(value);
    return histogram;
  }

  private static List<String> notes(Window... windows) {
    return RowNotes.of(Map.of("a", Stream.of(windows).map(RowNotesTest::quiet).toList()));
  }

  private static Measured quiet(Window window) {
    return new Measured(window, new Disturbance(0, 0, 0));
  }

  private static Window window(long lost, long strays, long held, Histogram lateness) {
    Schedule schedule = new Schedule(0, 1_000_000, 1_000_000);
    return new Window(
        schedule, 1_000_000, lost, strays, held, schedule.due(999_999), 0, PROMPT, lateness);
  }

  @Test
  void aRowWithoutFaultNeedsNoNotes() {
    assertEquals(List.of(), notes(window(0, 0, 0, PROMPT)));
  }

  @Test
  void lossesOfAllWindowsAreAdded() {
    assertEquals(
        List.of(
            "a: 5 of 2000000 frames were lost.",
            "a: 1 frames came back twice, changed or out of an earlier window."),
        notes(window(2, 0, 0, PROMPT), window(3, 1, 0, PROMPT)));
  }

  @Test
  void lateFramesAreTheClientsUnlessTheyHadToWaitForRoom() {
    String client = notes(window(0, 0, 0, TARDY), window(0, 0, 0, PROMPT)).getFirst();
    assertTrue(client.startsWith("a: frames left late in 1 of 2 windows"), client);
    assertTrue(client.endsWith("the client did not keep its schedule."), client);
    String held = notes(window(0, 0, 9, TARDY)).getFirst();
    assertTrue(held.endsWith("as many as there is room for."), held);
  }

  @Test
  void aLoadNotReachedNamesTheWorstWindow() {
    Schedule schedule = new Schedule(0, 1_000_000, 1_000_000);
    Window half =
        new Window(schedule, 1_000_000, 0, 0, 0, schedule.due(999_999) * 2, 0, PROMPT, PROMPT);
    String note = notes(half).getFirst();
    assertEquals(
        "a: the load was not reached in 1 of 1 windows, at worst 500000 frames/s left:"
            + " the client did not keep its schedule.",
        note);
  }

  @Test
  void fewFramesMakeAPercentileAnAnecdote() {
    Schedule schedule = new Schedule(0, 10_000, 20_000);
    Window small = new Window(schedule, 20_000, 0, 0, 0, schedule.due(19_999), 0, PROMPT, PROMPT);
    assertEquals(List.of("A window has 20000 frames, so p99.99 rests on 2 of them."), notes(small));
  }

  @Test
  void timeThatOthersTookIsToldIfItShows() {
    Window window = window(0, 0, 0, PROMPT);
    Measured little = new Measured(window, new Disturbance(0, 0.4, 0.5));
    Measured much = new Measured(window, new Disturbance(10, 0.4, 0.5));
    assertEquals(List.of(), RowNotes.of(Map.of("a", List.of(little))));
    assertEquals(
        List.of(
            "a: in 1 of 2 windows others had the cores (up to 10.9 ms): the high percentiles"
                + " there are the machine's."),
        RowNotes.of(Map.of("a", List.of(little, much))));
  }
}
