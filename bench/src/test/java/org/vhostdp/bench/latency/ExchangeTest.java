package org.vhostdp.bench.latency;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

/** The client's loop at 1 M frames/s on a clock that goes 50 ns a look. */
class ExchangeTest {
  private static final int RATE = 1_000_000;
  private static final long MILLI = 1_000_000;
  private static final long DELAY = 2000;
  private static final long SILENCE = 20 * MILLI;

  private final FakeClock clock = new FakeClock(50);
  private final FakeWire wire = new FakeWire(clock, DELAY, 960);
  private final Exchange exchange = new Exchange(wire, clock, SILENCE);

  private static void about(double expected, double actual, double tolerance) {
    assertTrue(
        Math.abs(expected - actual) <= tolerance, expected + " expected, " + actual + " found");
  }

  @Test
  void aRoundTripIsTheDelayOfTheBackEnd() {
    Window window = exchange.run(RATE, 10_000, 0);
    assertEquals(10_000, window.sent());
    assertEquals(0, window.lost());
    assertEquals(10_000, window.latency().getTotalCount());
    about(DELAY, window.latency().getValueAtPercentile(50), 200);
    about(DELAY, window.latency().getMaxValue(), 400);
    assertFalse(window.late());
    assertFalse(window.missed());
    about(RATE, window.rate(), RATE * 0.001);
  }

  @Test
  void aPauseOfTheClientDelaysAllFramesThatWereDueInIt() {
    clock.leap(5 * MILLI, MILLI / 2);
    Window window = exchange.run(RATE, 10_000, MILLI);
    // 500 frames of 10,000 fell into the pause and wait for 250 us in the middle.
    about(MILLI / 2.0, window.latency().getMaxValue(), 0.05 * MILLI);
    about(250_000, window.latency().getValueAtPercentile(97.5), 60_000);
    about(DELAY, window.latency().getValueAtPercentile(90), 400);
    about(MILLI / 2.0, window.gap(), 200);
    assertTrue(window.late());
    assertFalse(window.missed());
    assertEquals(10_000, window.sent());
  }

  @Test
  void aPauseOfTheBackEndDelaysAllFramesThatWereDueInIt() {
    wire.pauseFrom = 5 * MILLI;
    wire.pauseTo = 5 * MILLI + MILLI / 2;
    Window window = exchange.run(RATE, 10_000, MILLI);
    about(MILLI / 2.0, window.latency().getMaxValue(), 0.05 * MILLI);
    about(250_000, window.latency().getValueAtPercentile(97.5), 60_000);
    assertEquals(0, window.held());
    assertFalse(window.late());
    assertTrue(window.gap() < 10_000, "the client made no pause");
  }

  @Test
  void framesThatWaitForRoomCountFromWhenTheyWereDue() {
    wire.pauseFrom = 5 * MILLI;
    wire.pauseTo = 8 * MILLI;
    Window window = exchange.run(RATE, 10_000, 10 * MILLI);
    assertEquals(960, wire.mostFlying);
    assertTrue(window.held() > 0);
    assertTrue(window.late());
    about(3 * MILLI, window.latency().getMaxValue(), 0.1 * MILLI);
    about(3 * MILLI - 960_000, window.lateness().getMaxValue(), 0.1 * MILLI);
    assertEquals(10_000, window.sent());
    assertEquals(0, window.lost());
  }

  @Test
  void framesThatAreDueTogetherLeaveTogether() {
    clock.leap(5 * MILLI, 320_000);
    exchange.run(RATE, 10_000, MILLI);
    assertTrue(wire.flushes < 9750, wire.flushes + " releases of the index");
    assertTrue(wire.flushes > 9000, wire.flushes + " releases of the index");
  }

  @Test
  void lostFramesAreCountedInTheMiddleAndAtTheEnd() {
    wire.dropped.add(17L);
    wire.dropped.add(18L);
    wire.dropped.add(9_999L);
    Window window = exchange.run(RATE, 10_000, 0);
    assertEquals(10_000, window.sent());
    assertEquals(3, window.lost());
    assertEquals(9_997, window.latency().getTotalCount());
  }

  @Test
  void manyLostFramesDoNotFillTheRoom() {
    for (long i = 0; i < 5000; i++) {
      wire.dropped.add(2 * i);
    }
    Window window = exchange.run(RATE, 10_000, 0);
    assertEquals(10_000, window.sent());
    assertEquals(5000, window.lost());
  }

  @Test
  void aFrameThatComesTwiceIsAStray() {
    wire.doubled.add(5L);
    Window window = exchange.run(RATE, 1000, 0);
    assertEquals(1, window.strays());
    assertEquals(0, window.lost());
    assertEquals(1000, window.latency().getTotalCount());
  }

  @Test
  void aFrameOfAnEarlierWindowIsAStray() {
    FakeWire slow = new FakeWire(clock, 30 * MILLI, 960);
    Exchange other = new Exchange(slow, clock, SILENCE);
    assertEquals(500, other.run(RATE, 500, 0).lost());
    Window window = other.run(RATE, 1, 0);
    assertEquals(500, window.strays());
    assertEquals(1, window.lost());
  }

  @Test
  void overloadEndsAfterThePatienceAndLosesNothing() {
    FakeWire slow = new FakeWire(clock, MILLI, 100);
    Window window = new Exchange(slow, clock, SILENCE).run(RATE, 10_000, 10 * MILLI);
    // 100 frames a millisecond, for twice 10 ms.
    about(2000, window.sent(), 200);
    assertEquals(10_000 - window.sent(), window.unsent());
    assertEquals(0, window.lost());
    assertTrue(window.missed());
  }

  @Test
  void aWindowStartsFromNothing() {
    wire.dropped.add(3L);
    exchange.run(RATE, 1000, 0);
    wire.dropped.clear();
    Window window = exchange.run(RATE, 100, 0);
    assertEquals(0, window.lost());
    assertEquals(100, window.latency().getTotalCount());
    assertEquals(100, window.lateness().getTotalCount());
    assertEquals(0, window.strays());
  }
}
