package org.vhostdp.dataplane.qos;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.vhostdp.dataplane.net.AllocationMeter;
import org.vhostdp.dataplane.net.QueueCounters;
import org.vhostdp.dataplane.net.QueueCounters.Name;
import org.vhostdp.linux.Epoll;
import org.vhostdp.spi.Burst;
import org.vhostdp.spi.Capabilities;
import org.vhostdp.spi.Offload;

@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class LimitedTest {
  private static final Capabilities CAN =
      Capabilities.builder().frames(65550, StrictTx.ROOM, 17).lent(256, 256).build();

  private final Clock clock = new Clock(77);
  private final Burst burst = new Burst(64);
  private final QueueCounters counters = new QueueCounters();
  private StrictTx driver;
  private StrictRx source;

  @BeforeEach
  void open() throws Exception {
    driver = new StrictTx(256);
    source = new StrictRx();
  }

  @AfterEach
  void close() {
    driver.close();
    source.close();
  }

  private static PortLimits limits(LongSupplier clock, String... lines) throws QosRefused {
    return new PortLimits(QosSpec.of(List.of(lines)), 1, clock);
  }

  private LimitedTx tx(PortLimits limits, int most) throws Exception {
    return (LimitedTx) limits.tx(0, driver, CAN, null, most, counters);
  }

  @Test
  void noStageStandsWhereNothingIsLimited() throws Exception {
    PortLimits receive = limits(clock, "rx rate=1mbit");
    assertSame(driver, receive.tx(0, driver, CAN, null, 1522, counters));
    PortLimits other = new PortLimits(QosSpec.of(List.of("rx queue=1 packets=9")), 2, clock);
    assertSame(source, other.rx(0, source, 1522, counters));
    assertTrue(limits(clock).takesLarge());
  }

  @ParameterizedTest
  @CsvSource({
    "rate=1mbit, 1514",
    "rate=100mbit, 1514",
    "rate=1gbit, 1514",
    "rate=1gbit, 64",
    "rate=100mbit, 60",
    "packets=5000, 64",
    "packets=200000, 1514",
  })
  void transmitLimitsHold(String limit, int frame) throws Exception {
    LimitedTx tx = tx(limits(clock, "tx " + limit), 1522);
    double expected = expected(limit, frame);
    long end = clock.now + Clock.SECOND;
    while (clock.now < end) {
      StrictTx.send(tx, burst, 32, frame);
      clock.now += 2000;
    }
    assertEquals(expected, driver.frames, expected * 0.03);
    assertEquals(0, driver.lent());
    assertTrue(counters.get(Name.LIMITED) > 0);
    tx.close();
  }

  @ParameterizedTest
  @CsvSource({
    "rate=1mbit, 1514",
    "rate=100mbit, 1514",
    "rate=1gbit, 1514",
    "rate=1gbit, 64",
    "packets=200000, 1514",
  })
  void receiveLimitsHold(String limit, int frame) throws Exception {
    LimitedRx rx = (LimitedRx) limits(clock, "rx " + limit).rx(0, source, 1522, counters);
    source.waiting = Long.MAX_VALUE;
    source.length = frame;
    double expected = expected(limit, frame);
    long end = clock.now + Clock.SECOND;
    while (clock.now < end) {
      int n = rx.receive(burst, 32);
      rx.release(burst, 0, n);
      clock.now += 2000;
    }
    assertEquals(expected, source.taken, expected * 0.03);
    assertTrue(counters.get(Name.LIMITED) > 0);
    rx.close();
  }

  private static double expected(String limit, int frame) throws QosRefused {
    Limit of = QosSpec.of(List.of("tx " + limit)).limits(0).get(QosSpec.PORT);
    return of.packetsPerSecond() != 0 ? of.packetsPerSecond() : of.bitsPerSecond() / 8.0 / frame;
  }

  @Test
  void queueAndPortLimitsHoldTogether() throws Exception {
    LimitedTx tx = tx(limits(clock, "tx rate=8mbit", "tx queue=0 rate=80mbit packets=100"), 1522);
    for (int i = 0; i < 100_000; i++) {
      StrictTx.send(tx, burst, 32, 100);
      clock.now += 10_000;
    }
    assertEquals(100, driver.frames, 3);
    tx.close();
  }

  @Test
  void aDebtIsAtMostOneFrame() throws Exception {
    LimitedTx tx = tx(limits(clock, "tx rate=1mbit burst=3000"), 1522);
    assertEquals(2, StrictTx.send(tx, burst, 32, 1522));
    assertEquals(0, StrictTx.send(tx, burst, 32, 1522));
    assertTrue(driver.bytes <= 3000 + 1522);
    tx.close();
  }

  @Test
  void aFrameOfManyEntriesIsLentWhole() throws Exception {
    LimitedTx tx = tx(limits(clock, "tx rate=100mbit"), 65550);
    for (int frame = 0; frame < 2; frame++) {
      assertEquals(17, tx.claim(burst, 17));
      for (int i = 0; i < 17; i++) {
        burst.length[i] = StrictTx.ROOM;
        burst.flags[i] = i == 16 ? 0 : Offload.MORE;
      }
      assertEquals(17, tx.transmit(burst, 0, 17));
      clock.now += Clock.SECOND;
    }
    assertEquals(2, driver.frames);
    tx.close();
  }

  @Test
  void aReceivedFrameOfManyEntriesPasses() throws Exception {
    LimitedRx rx = (LimitedRx) limits(clock, "rx rate=1mbit").rx(0, source, 1522, counters);
    source.entries = 3;
    source.length = 500;
    source.waiting = 100;
    for (int i = 0; i < 100; i++) {
      rx.release(burst, 0, rx.receive(burst, 32));
      clock.now += 12_000_000;
    }
    assertTrue(source.taken > 95, source.taken + " frames");
    rx.close();
  }

  @Test
  void largeFramesCountAsTheirSegmentsDo() throws Exception {
    LimitedTx tx = tx(limits(clock, "tx rate=8mbit burst=70000 packets=1000000"), 65550);
    assertEquals(1, tx.claim(burst, 1));
    burst.length[0] = 54 + 10 * 100;
    burst.flags[0] = 0;
    StrictTx.large(burst, 0, 100);
    assertEquals(1, tx.transmit(burst, 0, 1));
    Bucket bucket = Bucket.bytes(8_000_000, 70_000, clock);
    Gate gate = new Gate(new Bucket[] {bucket}, new Bucket[0], null, 0, 65550, 1, clock);
    gate.passed(burst, 0, 1);
    assertEquals(70_000 - 10 * 154, bucket.tokens(), 1);
    Bucket packets = Bucket.packets(1000, 100, clock);
    new Gate(new Bucket[] {packets}, new Bucket[0], null, 0, 1, 1, clock).passed(burst, 0, 1);
    assertEquals(90, packets.tokens(), 1);
    tx.close();
  }

  @Test
  void numbersThatMakeNoSenseCostLittle() {
    Bucket bucket = Bucket.bytes(8_000_000, 1 << 20, clock);
    Gate gate = new Gate(new Bucket[] {bucket}, new Bucket[0], null, 0, 1522, 1, clock);
    burst.length[0] = 20;
    burst.flags[0] = Offload.GSO_TCP4 | Offload.CSUM_PARTIAL;
    for (long numbers : new long[] {0, -1, Offload.pack(65535, 65535, 0, 65535)}) {
      burst.offload[0] = numbers;
      gate.passed(burst, 0, 1);
    }
    assertEquals((1 << 20) - 60, bucket.tokens(), 1);
  }

  @Test
  void whoIsLimitedSleepsUntilTokensAreThere() throws Exception {
    LimitedTx tx = tx(limits(System::nanoTime, "tx rate=100kbit"), 1522);
    try (Epoll epoll = Epoll.create(1)) {
      epoll.add(tx.fd(), Epoll.IN, 1);
      assertFalse(tx.arm());
      assertEquals(0, epoll.await(0));
      long begin;
      // Again if this thread was not run until there were tokens for a frame, 120 ms.
      do {
        while (StrictTx.send(tx, burst, 32, 1514) > 0) {
          assertTrue(driver.frames < 100);
        }
        driver.armed = 0;
        begin = System.nanoTime();
      } while (tx.arm());
      assertEquals(0, driver.armed, "the driver has room all the time");
      assertEquals(1, epoll.await(10_000));
      long slept = System.nanoTime() - begin;
      assertTrue(slept > TimeUnit.MILLISECONDS.toNanos(1), slept + " ns");
      assertTrue(tx.arm(), "now there are tokens");
      assertTrue(StrictTx.send(tx, burst, 32, 1514) > 0);
    }
    tx.close();
  }

  @Test
  void aReceiverThatIsLimitedDoesNotWakeForFrames() throws Exception {
    LimitedRx rx =
        (LimitedRx) limits(System::nanoTime, "rx rate=100kbit").rx(0, source, 1522, counters);
    try (Epoll epoll = Epoll.create(1)) {
      epoll.add(rx.fd(), Epoll.IN, 1);
      assertFalse(rx.arm());
      source.waiting = 1000;
      source.event.signal();
      assertEquals(1, epoll.await(10_000));
      long begin;
      // Again if this thread was not run until there were tokens for a frame, 120 ms.
      do {
        int n;
        do {
          n = rx.receive(burst, 32);
          rx.release(burst, 0, n);
        } while (n > 0);
        source.event.signal();
        begin = System.nanoTime();
      } while (rx.arm());
      assertEquals(1, epoll.await(10_000));
      assertTrue(System.nanoTime() - begin > TimeUnit.MILLISECONDS.toNanos(1));
      assertTrue(rx.arm());
      source.waiting = 0;
      Thread.sleep(300);
      assertEquals(0, rx.receive(burst, 32));
      assertFalse(rx.arm());
      assertEquals(0, epoll.await(30), "no frames, no limit: nothing to wake for");
    }
    rx.close();
  }

  @Test
  void nothingIsAllocated() throws Exception {
    PortLimits limits = limits(clock, "tx rate=1gbit packets=500000", "rx rate=1gbit");
    LimitedTx tx = tx(limits, 1522);
    LimitedRx rx = (LimitedRx) limits.rx(0, source, 1522, counters);
    source.waiting = Long.MAX_VALUE;
    // Interpreted code allocates, and when it is compiled depends on how busy the machine is.
    long allocated = Long.MAX_VALUE;
    long deadline = System.nanoTime() + 40_000_000_000L;
    while (allocated >= 20_000 && System.nanoTime() < deadline) {
      long before = AllocationMeter.bytes();
      for (int i = 0; i < 20_000; i++) {
        turn(tx, rx);
      }
      allocated = AllocationMeter.bytes() - before;
    }
    assertTrue(allocated < 20_000, allocated + " bytes");
    tx.close();
    rx.close();
  }

  private void turn(LimitedTx tx, LimitedRx rx) {
    StrictTx.send(tx, burst, 32, 1514);
    rx.release(burst, 0, rx.receive(burst, 32));
    clock.now += 10_000;
  }
}
