package org.vhostdp.dataplane.ring;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Random;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.EdgeCasesMode;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.vhostdp.dataplane.net.Features;
import org.vhostdp.dataplane.ring.RingBed.Layout;
import org.vhostdp.guest.twin.DriverRing;

/** Who is told, when: no wakeup is lost in either direction, and none is sent that nobody wants. */
class NotificationTest {
  record Shape(int size, long features, int past) {
    RingBed bed() throws Exception {
      RingBed bed = RingBed.create(Layout.ONE_REGION, size, features);
      bed.advance(past);
      return bed;
    }
  }

  @Provide
  Arbitrary<Shape> shapes() {
    Arbitrary<Long> features =
        Arbitraries.subsetOf(Features.EVENT_IDX, Features.IN_ORDER)
            .map(set -> set.stream().reduce(Features.VERSION_1, (a, b) -> a | b));
    Arbitrary<Integer> past = Arbitraries.of(0, 3, 17, 0x7FF8, 0xFFF0, 0xFFFF, 0x10002);
    Arbitrary<Shape> split =
        Combinators.combine(Arbitraries.of(1, 2, 8, 64, 256), features, past).as(Shape::new);
    Arbitrary<Shape> packed =
        Combinators.combine(Arbitraries.of(1, 2, 3, 7, 8, 100, 256), features, past)
            .as((size, f, p) -> new Shape(size, f | Features.RING_PACKED, p));
    return Arbitraries.oneOf(split, packed);
  }

  /**
   * Both sides take random steps, and each sleeps when it may. Whenever both sleep and no
   * notification is on its way, nothing may be left to do.
   */
  @Property(tries = 200, edgeCases = EdgeCasesMode.NONE)
  void noWakeupIsLost(@ForAll("shapes") Shape shape, @ForAll long seed) throws Exception {
    try (RingBed bed = shape.bed()) {
      Sleepers sides = new Sleepers(bed, new Random(seed));
      for (int step = 0; step < 3000; step++) {
        sides.step();
      }
      assertTrue(sides.bothSlept > 0, "the case this is about happened");
      assertEquals(sides.made, sides.collected + sides.uncollected());
    }
  }

  private static final class Sleepers {
    private final RingBed bed;
    private final DriverRing driver;
    private final Random random;
    private final Chains chains;
    private boolean deviceSleeps;
    private boolean driverSleeps;
    private boolean kick;
    private boolean call;
    private int made;
    private int collected;
    private int returned;
    private int bothSlept;

    Sleepers(RingBed bed, Random random) {
      this.bed = bed;
      this.driver = bed.driver();
      this.random = random;
      this.chains = new Chains(Math.min(16, driver.size()), driver.size());
      driver.interrupts(false);
      bed.device().suppressKicks();
    }

    int uncollected() {
      return made - collected;
    }

    void step() {
      switch (random.nextInt(6)) {
        case 0 -> publish();
        case 1, 2 -> device();
        case 3 -> driver();
        case 4 -> deviceSleeps();
        default -> driverSleeps();
      }
      if (deviceSleeps && driverSleeps && !kick && !call) {
        bothSlept++;
        assertEquals(0, uncollected(), "the device sleeps over available chains");
        assertEquals(collected, returned, "the driver sleeps over used chains");
      }
    }

    /** A driver may publish while it waits for used chains, as a NIC's driver does. */
    private void publish() {
      for (int i = random.nextInt(5); i > 0 && driver.free() > 0; i--) {
        driver.add(bed.anyAddress(random, 64), 64, random.nextBoolean());
        made++;
      }
      driver.publish();
      kick |= driver.kickNeeded();
    }

    private void device() {
      if (deviceSleeps) {
        if (!kick) {
          return;
        }
        kick = false;
        deviceSleeps = false;
        bed.device().suppressKicks();
      }
      int n = bed.device().collect(chains, 1 + random.nextInt(16));
      chains.unfold();
      assertTrue(n >= 0, bed.device().fault());
      if (n > 0) {
        for (int i = 0; i < n; i++) {
          chains.written[i] = (int) Math.min(1, chains.writableBytes[i]);
        }
        bed.device().complete(chains, 0, n);
        bed.device().flush();
        collected += n;
        call |= bed.device().interruptWanted();
      }
    }

    private void driver() {
      if (driverSleeps) {
        if (!call) {
          return;
        }
        call = false;
        driverSleeps = false;
        driver.interrupts(false);
      }
      while (driver.nextUsed()) {
        returned++;
      }
    }

    private void deviceSleeps() {
      if (!deviceSleeps) {
        // Signals of before mean nothing once the ring is looked at again.
        kick = false;
        deviceSleeps = !bed.device().requestKicks();
        if (!deviceSleeps) {
          assertTrue(bed.device().hasWork());
          bed.device().suppressKicks();
        }
      }
    }

    private void driverSleeps() {
      if (!driverSleeps) {
        call = false;
        driverSleeps = !driver.interrupts(true);
        if (!driverSleeps) {
          driver.interrupts(false);
        }
      }
    }
  }

  @Property(tries = 60, edgeCases = EdgeCasesMode.NONE)
  void aPollingDeviceIsNotKicked(@ForAll("shapes") Shape shape) throws Exception {
    try (RingBed bed = shape.bed()) {
      bed.device().requestKicks();
      bed.device().suppressKicks();
      int kicks = 0;
      for (int i = 0; i < 500; i++) {
        kicks += one(bed).kick ? 1 : 0;
      }
      // With event indices of a split ring the first pass over the old event still kicks.
      boolean event = (shape.features & Features.EVENT_IDX) != 0;
      assertTrue(kicks <= (event && !bed.packed() ? 1 : 0), kicks + " kicks");
    }
  }

  @Property(tries = 60, edgeCases = EdgeCasesMode.NONE)
  void aDriverThatDoesNotListenIsNotInterrupted(@ForAll("shapes") Shape shape) throws Exception {
    try (RingBed bed = shape.bed()) {
      bed.driver().interrupts(false);
      for (int i = 0; i < 500; i++) {
        assertFalse(one(bed).call);
      }
    }
  }

  @Property(tries = 60, edgeCases = EdgeCasesMode.NONE)
  void aListeningDriverIsInterruptedForEachFlush(@ForAll("shapes") Shape shape) throws Exception {
    try (RingBed bed = shape.bed()) {
      for (int i = 0; i < 500; i++) {
        assertFalse(bed.driver().interrupts(true));
        assertTrue(one(bed).call);
        assertFalse(bed.device().interruptWanted(), "asked again, without news");
      }
    }
  }

  @Property(tries = 60, edgeCases = EdgeCasesMode.NONE)
  void aSleepingDeviceIsKicked(@ForAll("shapes") Shape shape) throws Exception {
    try (RingBed bed = shape.bed()) {
      for (int i = 0; i < 500; i++) {
        assertFalse(bed.device().requestKicks());
        assertTrue(one(bed).kick);
      }
    }
  }

  @Example
  void anEventIndexDelaysTheInterruptUntilItIsReached() throws Exception {
    for (long kind : new long[] {0, Features.RING_PACKED}) {
      long features = kind | Features.VERSION_1 | Features.EVENT_IDX;
      try (RingBed bed = RingBed.create(Layout.ONE_REGION, 8, features)) {
        bed.advance(0x7FFD);
        for (int round = 0; round < 50; round++) {
          for (int i = 0; i < 5; i++) {
            bed.driver().add(bed.anyAddress(new Random(i), 8), 8, false);
          }
          bed.driver().publish();
          bed.driver().interruptAfter(4);
          assertFalse(complete(bed, 1));
          assertFalse(complete(bed, 2));
          assertTrue(complete(bed, 1), "the fourth is the one it waits for");
          assertFalse(complete(bed, 1));
          for (int i = 0; i < 5; i++) {
            assertTrue(bed.driver().nextUsed());
          }
        }
      }
    }
  }

  @Example
  void requestKicksSeesWhatWasPublishedBefore() throws Exception {
    for (long features : new long[] {0, Features.EVENT_IDX, Features.RING_PACKED}) {
      try (RingBed bed = RingBed.create(Layout.ONE_REGION, 4, features | Features.VERSION_1)) {
        bed.device().suppressKicks();
        bed.driver().add(bed.anyAddress(new Random(1), 8), 8, false);
        assertFalse(bed.device().requestKicks(), "added, not published");
        bed.device().suppressKicks();
        bed.driver().publish();
        assertTrue(bed.device().requestKicks());
      }
    }
  }

  private record Told(boolean kick, boolean call) {}

  /** One chain there and back. */
  private static Told one(RingBed bed) {
    bed.driver().add(bed.anyAddress(new Random(1), 8), 8, true);
    bed.driver().publish();
    boolean kick = bed.driver().kickNeeded();
    boolean call = complete(bed, 1);
    assertTrue(bed.driver().nextUsed());
    return new Told(kick, call);
  }

  private static boolean complete(RingBed bed, int count) {
    Chains chains = new Chains(Math.min(8, bed.device().size()), bed.device().size());
    assertEquals(count, bed.device().collect(chains, count));
    chains.unfold();
    bed.device().complete(chains, 0, count);
    bed.device().flush();
    return bed.device().interruptWanted();
  }
}
