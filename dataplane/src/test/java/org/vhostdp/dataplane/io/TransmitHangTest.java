package org.vhostdp.dataplane.io;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.vhostdp.dataplane.frontend.vhostuser.PortBed;
import org.vhostdp.dataplane.net.Features;
import org.vhostdp.dataplane.net.QueueCounters;
import org.vhostdp.dataplane.net.QueueSetup;
import org.vhostdp.dataplane.net.TransmitPath;
import org.vhostdp.dataplane.ring.RingBed;
import org.vhostdp.linux.EventFd;
import org.vhostdp.spi.TxQueue;

/**
 * A transmit queue that hangs or throws in any of its calls: its ring goes on with another driver,
 * and each frame is sent once. That is so while the first driver still hangs, and after it.
 */
class TransmitHangTest {
  private static final int FRAMES = 10;
  private static final long SHORT_NANOS = 300_000_000;
  private static final long LONG_NANOS = 30_000_000_000L;
  private static final int HEADER = 12;

  private final List<String> told = new CopyOnWriteArrayList<>();

  private final class Sink implements QueuePair.FaultSink {
    @Override
    public void broken(boolean receive, String why) {
      told.add("broken: " + why);
    }

    @Override
    public void driverFailed(String why) {
      told.add(why);
    }
  }

  private static void offer(RingBed ring, int from, int count) {
    for (int i = from; i < from + count; i++) {
      byte[] packet = new byte[HEADER + 60];
      packet[HEADER] = (byte) i;
      long at = ring.buffer(packet.length);
      ring.twin().write(at, packet);
      ring.driver().add(new long[] {at}, new int[] {packet.length}, 1, 0, false);
    }
    ring.driver().publish();
  }

  private PairControl attach(IoThread io, RingBed ring, FakeTx driver, EventFd kick)
      throws Exception {
    TxQueue guarded = new GuardedTx(driver, new Hang());
    QueueSetup setup =
        new QueueSetup(ring.device(), ring.features(), -1, new QueueCounters(), 1514, null);
    PairControl control = new PairControl(io, new QueuePair(new Sink()));
    TransmitPath path = new TransmitPath(setup, guarded, driver.regions(), 1);
    control.attach(path, guarded.wakeup(), kick.fd().raw());
    return control;
  }

  @ParameterizedTest
  @CsvSource({
    "CLAIM, false, true",
    "CLAIM, true, true",
    "CLAIM, true, false",
    "TRANSMIT, false, true",
    "TRANSMIT, true, true",
    "TRANSMIT, true, false",
    "UNCLAIM, false, true",
    "UNCLAIM, true, true",
    "UNCLAIM, true, false",
    "ARM, false, true",
    "ARM, true, true",
    "ARM, true, false"
  })
  void itsRingGoesOnElsewhere(FakeQueue.Call where, boolean packed, boolean hangs)
      throws Exception {
    long features = Features.VERSION_1 | (packed ? Features.RING_PACKED : 0);
    try (IoThread io = new IoThread("io-tx", -1, 50_000, false);
        Watchdog dog =
            new Watchdog(List.of(io), hangs ? SHORT_NANOS : LONG_NANOS, StallListener.NONE);
        RingBed ring = RingBed.create(RingBed.Layout.ONE_REGION, 64, features);
        EventFd kick = EventFd.create();
        FakeTx bad = new FakeTx();
        FakeTx good = new FakeTx()) {
      ring.forReading();
      offer(ring, 0, FRAMES);
      bad.full = where == FakeQueue.Call.UNCLAIM || where == FakeQueue.Call.ARM;
      bad.hangs = hangs ? where : FakeQueue.Call.NONE;
      bad.fails = hangs ? FakeQueue.Call.NONE : where;
      PairControl first = attach(io, ring, bad, kick);
      PortBed.await("it is told", () -> told.size() == 1);
      // What follows may take as long as the machine lets it.
      end(dog);
      assertTrue(told.get(0).startsWith(hangs ? "its driver has not" : "the driver failed"));
      assertEquals(hangs, first.hung());

      TransmitPath left = first.detachTransmit();
      assertEquals(hangs, left != null);
      ring.attach(hangs ? left.ring().base() : packed ? 0x8000 : 0);
      ring.forReading();
      PairControl second = attach(io, ring, good, kick);
      PortBed.await("all frames", () -> good.sent.size() == FRAMES);
      offer(ring, FRAMES, FRAMES);
      kick.signal();
      PortBed.await("more frames", () -> good.sent.size() == 2 * FRAMES);

      long calls = bad.calls.get();
      bad.hangs = FakeQueue.Call.NONE;
      bad.full = false;
      bad.go.countDown();
      first.abandoned().toCompletableFuture().get(30, TimeUnit.SECONDS);
      offer(ring, 2 * FRAMES, FRAMES);
      kick.signal();
      PortBed.await("still more frames", () -> good.sent.size() == 3 * FRAMES);
      assertEquals(calls, bad.calls.get());
      second.detachTransmit();
      check(ring, good);
      assertEquals(1, told.size());
    }
  }

  private static void end(Watchdog dog) {
    dog.close();
  }

  private static void check(RingBed ring, FakeTx good) {
    List<Integer> all = new ArrayList<>();
    for (int i = 0; i < 3 * FRAMES; i++) {
      all.add(i);
      assertTrue(ring.driver().nextUsed(), "chain " + i + " comes back");
    }
    assertFalse(ring.driver().nextUsed(), "and no more");
    assertEquals(all, good.sent);
    ring.assertGuards();
  }

  @Test
  void aQueueThatCanOnlyBePolledIsPolledWhileFramesWaitForItAndNoLonger() throws Exception {
    try (IoThread io = new IoThread("io-tx", -1, 50_000, false);
        RingBed ring = RingBed.create(RingBed.Layout.ONE_REGION, 64, Features.VERSION_1);
        EventFd kick = EventFd.create();
        FakeTx driver = new FakeTx(false)) {
      ring.forReading();
      driver.full = true;
      offer(ring, 0, FRAMES);
      PairControl control = attach(io, ring, driver, kick);
      PortBed.await("that it is tried", () -> driver.calls.get() > 10);
      long calls = driver.calls.get();
      PortBed.await("that it is polled", () -> driver.calls.get() > calls + 100);
      driver.full = false;
      PortBed.await("all frames", () -> driver.sent.size() == FRAMES);
      PortBed.await("its sleep", () -> io.asleep());
      offer(ring, FRAMES, 1);
      kick.signal();
      PortBed.await("a frame after the kick", () -> driver.sent.size() == FRAMES + 1);
      control.detachTransmit();
    }
  }
}
