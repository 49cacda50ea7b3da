package org.vhostdp.bench.latency;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;
import org.junit.jupiter.api.Test;

class TurnaroundWireTest {
  @Test
  void framesComeBackInOrderOnceTheyAreLetGo() {
    TurnaroundWire wire = new TurnaroundWire(4);
    assertTrue(wire.send(7));
    assertTrue(wire.send(8));
    assertEquals(Wire.NOTHING, wire.receive());
    wire.flush();
    assertEquals(7, wire.receive());
    assertEquals(8, wire.receive());
    assertEquals(Wire.NOTHING, wire.receive());
  }

  @Test
  void itHoldsAsManyAsItHasRoomFor() {
    TurnaroundWire wire = new TurnaroundWire(2);
    assertTrue(wire.send(1));
    assertTrue(wire.send(2));
    assertFalse(wire.send(3));
    wire.flush();
    assertEquals(1, wire.receive());
    assertTrue(wire.send(3));
  }

  @Test
  void theClientAllocatesForTheResultOnly() {
    FakeClock clock = new FakeClock(50);
    Exchange exchange = new Exchange(new TurnaroundWire(1024), clock);
    exchange.run(1_000_000, 1000, 0);
    long few = allocated(exchange, 1000);
    long many = allocated(exchange, 500_000);
    assertTrue(Math.abs(many - few) < 4096, (many - few) + " bytes more for more frames");
  }

  private static long allocated(Exchange exchange, long frames) {
    ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    long before = threads.getCurrentThreadAllocatedBytes();
    exchange.run(1_000_000, frames, 0);
    return threads.getCurrentThreadAllocatedBytes() - before;
  }
}
