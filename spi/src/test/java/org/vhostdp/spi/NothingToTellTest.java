package org.vhostdp.spi;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Map;
import org.junit.jupiter.api.Test;

class NothingToTellTest {
  @Test
  void aPolledWakeupHasNoDescriptorAndKnowsOfNoWork() {
    assertEquals(-1, Wakeup.polled().fd());
    assertEquals(Wakeup.READABLE, Wakeup.polled().events());
    assertFalse(Wakeup.polled().arm());
  }

  @Test
  void quietEventsNeverComeAndTheLinkIsUp() {
    PortEvents events = PortEvents.quiet();
    assertEquals(PortEvents.NONE, events.next());
    assertEquals("", events.detail());
    assertTrue(events.linkUp());
    assertEquals(-1, events.wakeup().fd());
  }

  @Test
  void everyCounterIsAdded() {
    Statistics a = new Statistics();
    Statistics b = new Statistics();
    for (Statistics each : new Statistics[] {a, b}) {
      each.rxFrames = 1;
      each.rxBytes = 2;
      each.rxDropped = 3;
      each.rxErrors = 4;
      each.txFrames = 5;
      each.txBytes = 6;
      each.txDropped = 7;
      each.txErrors = 8;
      each.more("own", 9);
    }
    a.add(b);
    assertEquals(2, a.rxFrames);
    assertEquals(4, a.rxBytes);
    assertEquals(6, a.rxDropped);
    assertEquals(8, a.rxErrors);
    assertEquals(10, a.txFrames);
    assertEquals(12, a.txBytes);
    assertEquals(14, a.txDropped);
    assertEquals(16, a.txErrors);
    assertEquals(Map.of("own", 18L), a.more());
    assertEquals(Map.of("own", 9L), b.more());
  }
}
