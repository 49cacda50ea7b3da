package org.vhostdp.driver.loopback;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.vhostdp.spi.Burst;
import org.vhostdp.spi.DriverException;
import org.vhostdp.spi.Port;
import org.vhostdp.spi.PortSettings;
import org.vhostdp.spi.Shaping;

@Timeout(60)
class ShapingTest {
  /** A bit per second: no second frame passes while a test runs. */
  private static final long ALMOST_NOTHING = 1;

  private static final long SECOND = 1_000_000_000L;

  private static Port port(int queues) throws DriverException {
    return Rig.start(PortSettings.defaults().withQueuePairs(queues), "mode", "loopback");
  }

  private static Shaping facet(Port port) {
    return port.facet(Shaping.class).orElseThrow();
  }

  /** How many of some frames of 100 bytes a queue takes, one by one. */
  private static int sends(Port port, int queue, int frames) {
    Burst burst = new Burst(1);
    for (int i = 0; i < frames; i++) {
      assertEquals(1, port.tx(queue).claim(burst, 1));
      Rig.fill(port, burst, 0, Rig.frame(100, i));
      if (port.tx(queue).transmit(burst, 0, 1) == 0) {
        assertEquals(Burst.FULL, burst.status[0]);
        port.tx(queue).unclaim(burst, 0, 1);
        return i;
      }
    }
    return frames;
  }

  @Test
  void theBucketRefillsAtItsRateUpToTheBurst() {
    RateLimit limit = new RateLimit(8_000_000, 1000);
    long now = System.nanoTime() + SECOND;
    assertTrue(limit.take(600, now));
    assertTrue(limit.take(400, now));
    assertFalse(limit.take(1, now));
    // A byte takes a microsecond.
    assertTrue(limit.take(10, now + 10_000));
    assertFalse(limit.take(1, now + 10_000));
    assertTrue(limit.take(1000, now + SECOND));
    assertFalse(limit.take(1, now + SECOND));
    limit.giveBack(500);
    assertTrue(limit.take(500, now + SECOND));
  }

  @Test
  void aFrameLongerThanTheBurstNeedsAFullBucket() {
    RateLimit limit = new RateLimit(8_000_000, 100);
    long now = System.nanoTime() + SECOND;
    assertTrue(limit.take(1500, now));
    assertFalse(limit.take(1500, now + 1_499_000));
    assertTrue(limit.take(1500, now + 1_500_000));
  }

  @Test
  void whatIsAboveTheTransmitLimitStaysWithTheHost() throws DriverException {
    try (Port port = port(2)) {
      facet(port).limit(Shaping.TRANSMIT, 0, ALMOST_NOTHING, 300);
      assertEquals(3, sends(port, 0, 10));
      assertTrue(port.tx(0).wakeup().arm(), "only the clock ends the wait");
      assertEquals(10, sends(port, 1, 10));
      facet(port).limit(Shaping.TRANSMIT, 0, 0, 0);
      assertEquals(10, sends(port, 0, 10));
    }
  }

  @Test
  void whatIsAboveTheReceiveLimitWaitsInTheQueue() throws DriverException {
    try (Port port = port(1)) {
      facet(port).limit(Shaping.RECEIVE, 0, ALMOST_NOTHING, 300);
      assertEquals(10, sends(port, 0, 10));
      assertEquals(3, Rig.receive(port, 0).size());
      assertEquals(0, Rig.receive(port, 0).size());
      assertTrue(port.rx(0).wakeup().arm(), "only the clock ends the wait");
      facet(port).limit(Shaping.RECEIVE, 0, 0, 0);
      assertEquals(7, Rig.receive(port, 0).size());
    }
  }

  @Test
  void theLimitOfThePortIsForAllItsQueues() throws DriverException {
    try (Port port = port(2)) {
      facet(port).limit(Shaping.TRANSMIT, -1, ALMOST_NOTHING, 500);
      assertEquals(2, sends(port, 0, 2));
      assertEquals(3, sends(port, 1, 10));
      assertEquals(0, sends(port, 0, 1));
    }
  }

  @Test
  void aFrameThatThePortLimitStopsCostsItsQueueNothing() throws DriverException {
    try (Port port = port(2)) {
      facet(port).limit(Shaping.TRANSMIT, 0, ALMOST_NOTHING, 300);
      facet(port).limit(Shaping.TRANSMIT, -1, ALMOST_NOTHING, 100);
      assertEquals(1, sends(port, 0, 1));
      assertEquals(0, sends(port, 0, 1));
      facet(port).limit(Shaping.TRANSMIT, -1, 0, 0);
      assertEquals(2, sends(port, 0, 10));
    }
  }

  @Test
  void limitsOutlastARestart() throws DriverException {
    try (Port port = port(1)) {
      facet(port).limit(Shaping.TRANSMIT, 0, ALMOST_NOTHING, 100);
      port.stop();
      port.start();
      assertEquals(1, sends(port, 0, 10));
    }
  }

  @Test
  void whatItCannotDoIsRefused() throws DriverException {
    try (Port port = port(1)) {
      Shaping shaping = facet(port);
      assertFalse(shaping.supports(2));
      DriverException e =
          assertThrows(DriverException.class, () -> shaping.limit(Shaping.RECEIVE, 1, 1, 1));
      assertEquals("Shaping cannot use the queue 1. It takes -1 to 0.", e.getMessage());
      assertThrows(DriverException.class, () -> shaping.limit(2, 0, 1, 1));
      assertThrows(DriverException.class, () -> shaping.limit(0, 0, -1, 1));
      assertThrows(DriverException.class, () -> shaping.limit(0, 0, 1, -1));
      assertEquals(10, sends(port, 0, 10));
    }
  }

  @Test
  void itIsThereOnAWireOnlyAndCanBeLeftOut() throws DriverException {
    try (Port sink = Rig.start(PortSettings.defaults(), "mode", "sink");
        Port without = Rig.start(PortSettings.defaults(), "shaping", "false")) {
      assertTrue(sink.facet(Shaping.class).isEmpty());
      assertTrue(without.facet(Shaping.class).isEmpty());
    }
  }
}
