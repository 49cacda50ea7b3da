package org.vhostdp.dataplane.qos;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.function.LongSupplier;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.vhostdp.dataplane.net.AllocationMeter;
import org.vhostdp.dataplane.net.QueueCounters;
import org.vhostdp.dataplane.net.QueueCounters.Name;
import org.vhostdp.dataplane.stage.Regions;
import org.vhostdp.linux.Epoll;
import org.vhostdp.spi.Burst;
import org.vhostdp.spi.Capabilities;
import org.vhostdp.spi.Offload;

@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class ClassTxTest {
  private static final int FRAME = 1000;
  private static final Capabilities CAN =
      Capabilities.builder().frames(4096, StrictTx.ROOM, 2).lent(256, 256).build();

  private final Clock clock = new Clock(99);
  private final Burst burst = new Burst(32);
  private final QueueCounters counters = new QueueCounters();
  private StrictTx driver;
  private ClassTx tx;
  private int next;

  @BeforeEach
  void open() throws Exception {
    driver = new StrictTx(256);
    driver.remember = true;
  }

  @AfterEach
  void close() {
    tx.close();
    driver.close();
  }

  private void classes(LongSupplier time, String... lines) throws Exception {
    PortLimits limits = new PortLimits(QosSpec.of(List.of(lines)), 1, time);
    Regions regions = new Regions(List.of());
    regions.add(driver.memory);
    tx = (ClassTx) limits.tx(0, driver, CAN, regions, 4096, counters);
  }

  /** Sends one frame of a code point; returns its number. */
  private int send(int codePoint, int entries) {
    assertEquals(entries, tx.claim(burst, entries));
    MemorySegment memory = driver.memory;
    for (int e = 0; e < entries; e++) {
      long at = burst.offset[e];
      memory.set(ValueLayout.JAVA_BYTE, at + 12, (byte) 8);
      memory.set(ValueLayout.JAVA_BYTE, at + 13, (byte) 0);
      memory.set(ValueLayout.JAVA_BYTE, at + 14, (byte) 0x45);
      memory.set(ValueLayout.JAVA_BYTE, at + 15, (byte) (codePoint << 2));
      memory.set(ValueLayout.JAVA_INT_UNALIGNED, at + 60, codePoint << 24 | next);
      burst.length[e] = FRAME / entries;
      burst.flags[e] = e == entries - 1 ? 0 : Offload.MORE;
    }
    assertEquals(entries, tx.transmit(burst, 0, entries));
    return codePoint << 24 | next++;
  }

  private long ofClass(int codePoint) {
    return driver.sent.stream().filter(word -> word >>> 24 == codePoint).count();
  }

  @Test
  void framesPassAtOnceWhileNothingHoldsThemBack() throws Exception {
    classes(clock, "class=1 dscp=1");
    List<Integer> expected = IntStream.range(0, 100).map(i -> send(i % 2, 1)).boxed().toList();
    assertEquals(expected, driver.sent);
    assertFalse(tx.holds());
    assertEquals(0, driver.lent());
  }

  @Test
  void theMostUrgentGoesFirstAndOrderInAClassIsKept() throws Exception {
    classes(clock, "class=1 dscp=1 priority=2", "class=2 dscp=2 priority=1", "class=0 priority=5");
    driver.room = 0;
    List<Integer> expected = new ArrayList<>();
    for (int round = 0; round < 10; round++) {
      expected.add(send(0, 1));
      expected.add(send(1, 1));
      expected.add(send(2, 1));
    }
    assertTrue(tx.holds());
    assertEquals(30, driver.lent());
    for (int i = 0; i < 30; i++) {
      driver.room = 1;
      tx.pump();
    }
    expected.sort((a, b) -> Integer.compare(rank(a), rank(b)));
    assertEquals(expected, driver.sent);
    assertFalse(tx.holds());
    assertEquals(0, driver.lent());
  }

  private static int rank(int word) {
    return List.of(2, 1, 0).indexOf(word >>> 24);
  }

  @Test
  void weightsDivideAmongEquals() throws Exception {
    classes(clock, "class=1 dscp=1 weight=3", "class=2 dscp=2 weight=1", "tx rate=100mbit");
    for (int i = 0; i < 40_000; i++) {
      send(1, 1);
      send(2, 1);
      clock.now += 40_000;
      tx.pump();
    }
    double ratio = (double) ofClass(1) / ofClass(2);
    assertEquals(3.0, ratio, 0.3);
    assertEquals(100e6 / 8 / FRAME * 1.6, driver.frames, 600);
    assertTrue(counters.get(Name.DROPPED_CLASS) > 0, "tail drop");
    assertTrue(counters.get(Name.LIMITED) > 0);
    assertEquals(80_000, driver.frames + counters.get(Name.DROPPED_CLASS) + driver.lent());
  }

  @Test
  void aClassMayHaveItsOwnLimitWhileOthersPass() throws Exception {
    classes(clock, "class=1 dscp=1 rate=8mbit", "class=2 dscp=2 packets=500");
    for (int i = 0; i < 20_000; i++) {
      send(0, 1);
      send(1, 1);
      send(2, 1);
      clock.now += 50_000;
      tx.pump();
    }
    assertEquals(20_000, ofClass(0));
    assertEquals(1000, ofClass(1), 30);
    assertEquals(500, ofClass(2), 15);
    assertTrue(driver.lent() <= 256 - 64, driver.lent() + " frames held");
    assertTrue(tx.claim(burst, 32) == 32, "enough left for others");
    tx.unclaim(burst, 0, 32);
  }

  @Test
  void aDriverThatIsOftenFullDoesNotLowerAClassBelowItsLimit() throws Exception {
    classes(clock, "class=1 dscp=1 rate=8mbit");
    for (int i = 0; i < 20_000; i++) {
      send(1, 1);
      clock.now += 50_000;
      driver.room = i % 3 == 0 ? 2 : 0;
      tx.pump();
    }
    assertEquals(1000, driver.frames, 30);
  }

  @Test
  void framesOfManyEntriesStayTogether() throws Exception {
    classes(clock, "class=1 dscp=1 priority=1");
    Random random = new Random(5);
    for (int i = 0; i < 5000; i++) {
      driver.room = random.nextInt(3);
      send(random.nextInt(2), 1 + random.nextInt(2));
      driver.room = random.nextInt(4);
      tx.pump();
    }
    driver.room = Integer.MAX_VALUE;
    while (tx.holds()) {
      tx.pump();
    }
    assertEquals(5000, driver.frames + counters.get(Name.DROPPED_CLASS));
    assertEquals(0, driver.lent());
    int[] last = {-1, -1};
    for (int word : driver.sent) {
      assertTrue((word & 0xFFFFFF) > last[word >>> 24], "order");
      last[word >>> 24] = word & 0xFFFFFF;
    }
  }

  @Test
  void aFrameThatIsNeverTakenIsDroppedAlone() throws Exception {
    classes(clock, "class=1 dscp=1");
    driver.room = 0;
    for (int i = 0; i < 20; i++) {
      send(1, 1);
    }
    driver.room = 1000;
    driver.refuse = 7;
    tx.pump();
    tx.pump();
    assertEquals(19, driver.frames);
    assertEquals(1, counters.get(Name.DROPPED_REFUSED));
    assertEquals(0, driver.lent());
    assertFalse(tx.holds());
  }

  @Test
  void whatIsHeldAtTheEndIsGivenBackAndCounted() throws Exception {
    classes(clock, "class=1 dscp=1 rate=1mbit");
    for (int i = 0; i < 50; i++) {
      send(1, 2);
    }
    long held = driver.lent() / 2;
    assertTrue(held > 40, held + " held");
    tx.discard();
    assertEquals(0, driver.lent());
    assertEquals(held, counters.get(Name.DROPPED_STOPPED));
    assertFalse(tx.holds());
  }

  @Test
  void anUnfinishedFrameIsRefused() throws Exception {
    classes(clock, "class=1 dscp=1");
    assertEquals(2, tx.claim(burst, 2));
    burst.length[0] = burst.length[1] = 100;
    burst.flags[0] = 0;
    burst.flags[1] = Offload.MORE;
    assertEquals(1, tx.transmit(burst, 0, 2));
    assertEquals(Burst.REFUSED, burst.status[1]);
    tx.unclaim(burst, 1, 1);
    assertEquals(0, driver.lent());
  }

  @Test
  void sleepsUntilTheFirstClassMaySend() throws Exception {
    classes(System::nanoTime, "class=1 dscp=1 rate=100kbit", "class=2 dscp=2 packets=1");
    try (Epoll epoll = Epoll.create(1)) {
      epoll.add(tx.fd(), Epoll.IN, 1);
      assertFalse(tx.arm());
      assertEquals(0, epoll.await(0));
      for (int i = 0; i < 10; i++) {
        send(1, 1);
        send(2, 1);
      }
      assertTrue(tx.holds());
      long slept = Long.MAX_VALUE;
      // Again if this thread was not run until there were tokens, or long after that.
      while (slept >= 500_000_000 && ofClass(1) < 9) {
        long before = ofClass(1);
        long begin = System.nanoTime();
        if (!tx.arm()) {
          assertEquals(1, epoll.await(10_000));
          slept = Math.min(slept, System.nanoTime() - begin);
        }
        assertTrue(tx.arm());
        assertTrue(tx.pump() > 0);
        assertTrue(ofClass(1) > before);
      }
      assertTrue(slept < 500_000_000, "not as late as class 2");
      tx.discard();
      assertFalse(tx.arm());
      assertEquals(0, epoll.await(20));
    }
  }

  @Test
  void nothingIsAllocated() throws Exception {
    classes(clock, "class=1 dscp=1 rate=100mbit weight=2", "class=2 dscp=2", "tx rate=300mbit");
    driver.remember = false;
    // Interpreted code allocates, and when it is compiled depends on how busy the machine is.
    long allocated = Long.MAX_VALUE;
    long deadline = System.nanoTime() + 40_000_000_000L;
    while (allocated >= 20_000 && System.nanoTime() < deadline) {
      long before = AllocationMeter.bytes();
      for (int i = 0; i < 20_000; i++) {
        turn(i);
      }
      allocated = AllocationMeter.bytes() - before;
    }
    assertTrue(allocated < 20_000, allocated + " bytes");
  }

  private void turn(int i) {
    int n = tx.claim(burst, 8);
    for (int e = 0; e < n; e++) {
      long at = burst.offset[e];
      driver.memory.set(ValueLayout.JAVA_BYTE, at + 12, (byte) 8);
      driver.memory.set(ValueLayout.JAVA_BYTE, at + 14, (byte) 0x45);
      driver.memory.set(ValueLayout.JAVA_BYTE, at + 15, (byte) ((i + e) % 3 << 2));
      burst.length[e] = FRAME;
      burst.flags[e] = 0;
    }
    tx.transmit(burst, 0, n);
    tx.pump();
    clock.now += 100_000;
  }
}
