package org.vhostdp.dataplane.net;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.vhostdp.dataplane.ring.Chains;
import org.vhostdp.dataplane.ring.DeviceRing;
import org.vhostdp.dataplane.ring.HostileDriver;
import org.vhostdp.dataplane.ring.HostileDriver.Kind;
import org.vhostdp.dataplane.ring.RingBed;
import org.vhostdp.dataplane.ring.RingBed.Layout;
import org.vhostdp.spi.Offload;

/**
 * Rings and buffers that another thread keeps changing while our paths run on them. Nothing may
 * throw or hang, and nothing unchecked may reach a driver.
 *
 * <p>Runs for {@code -Dvhostdp.fuzz.seconds=N}, 5 unless given. A failure names its seed: {@code
 * -Dvhostdp.fuzz.seed=S} begins with that episode. What the other thread does at which moment is
 * the scheduler's choice; the values are the seed's.
 */
class RingFuzzTest {
  private static final int TURNS = 300;
  private static final int ROOM = 2048;
  private static final int MAX_FRAME = 9018;
  private static final long[] CHOICES = {
    Features.RING_PACKED,
    Features.EVENT_IDX,
    Features.IN_ORDER,
    Features.MRG_RXBUF,
    Features.INDIRECT_DESC,
    Features.CSUM | Features.HOST_TSO4 | Features.HOST_TSO6 | Features.HOST_ECN | Features.HOST_USO,
    Features.GUEST_CSUM | Features.GUEST_TSO4
  };

  private final AtomicReference<HostileDriver> target = new AtomicReference<>();
  private final AtomicBoolean ended = new AtomicBoolean();
  private volatile long running;
  private int episodes;
  private long faults;
  private long sentFrames;
  private long receivedFrames;
  private long commands;

  @Test
  @Timeout(value = 2, unit = TimeUnit.HOURS)
  void pathsSurviveRingsThatChangeUnderThem() throws Exception {
    int seconds = Integer.getInteger("vhostdp.fuzz.seconds", 5);
    long seed = Long.getLong("vhostdp.fuzz.seed", System.nanoTime());
    Thread other = Thread.ofPlatform().daemon().name("scribbler").start(() -> scribble(seed));
    try {
      // On a thread of its own: a loop without end is told from a long run.
      assertTimeoutPreemptively(
          Duration.ofSeconds(seconds + 120L),
          () -> episodes(seed, seconds),
          () -> "it hangs; replay with -Dvhostdp.fuzz.seed=" + running);
    } finally {
      ended.set(true);
      other.join();
    }
    System.out.printf(
        "ring fuzz: seed %d, %d episodes, %d frames sent, %d received, %d commands, %d faults%n",
        seed, episodes, sentFrames, receivedFrames, commands, faults);
    assertTrue(reached(), "it reached the paths");
  }

  private boolean reached() {
    return sentFrames > 0 && receivedFrames > 0 && commands > 0 && faults > 0;
  }

  /** So long, and on a machine that is busy with other things until each path was reached. */
  private void episodes(long seed, int seconds) {
    Random seeds = new Random(seed);
    long end = System.nanoTime() + seconds * 1_000_000_000L;
    for (running = seed; System.nanoTime() - end < 0 || !reached(); running = seeds.nextLong()) {
      try {
        episode(running);
      } catch (Exception | Error e) {
        throw new AssertionError("replay with -Dvhostdp.fuzz.seed=" + running, e);
      }
      episodes++;
    }
  }

  /** The other thread: it rests now and then, so that some chains get through unharmed. */
  private void scribble(long seed) {
    Random random = new Random(~seed);
    while (!ended.get()) {
      synchronized (target) {
        HostileDriver driver = target.get();
        for (int i = random.nextInt(2000); i > 0 && driver != null && target.get() == driver; i--) {
          driver.scribble(random);
        }
      }
      for (int i = random.nextInt(3000); i > 0; i--) {
        Thread.onSpinWait();
      }
    }
  }

  private void episode(long seed) throws Exception {
    Random random = new Random(seed);
    long features = Features.VERSION_1;
    for (long choice : CHOICES) {
      features |= random.nextBoolean() ? choice : 0;
    }
    int size = 1 << random.nextInt(9);
    Layout layout = Layout.values()[random.nextInt(Layout.values().length)];
    Kind kind = Kind.values()[random.nextInt(3)];
    int honesty = new int[] {30, 3_000, 1_000_000}[random.nextInt(3)];
    try (RingBed bed = RingBed.create(layout, size, features)) {
      HostileDriver hostile = new HostileDriver(bed, kind, honesty);
      for (int i = 0; i < 3000; i++) {
        hostile.scribble(random);
      }
      target.set(hostile);
      try {
        for (int round = 0; round < 12; round++) {
          bed.attach(random.nextInt(0x10000));
          round(bed, kind, hostile, random);
        }
      } finally {
        // The other thread lets go of the memory before it is unmapped.
        target.set(null);
        synchronized (target) {
          assertNull(target.get());
        }
      }
    }
  }

  private void round(RingBed bed, Kind kind, HostileDriver hostile, Random random) {
    switch (kind) {
      case TRANSMIT -> transmit(bed, hostile, random);
      case RECEIVE -> receive(bed, hostile, random);
      case CONTROL -> control(bed, hostile, random);
    }
    DeviceRing ring = bed.device();
    if (ring.fault() != null) {
      faults++;
      assertEquals(-1, ring.collect(new Chains(1, ring.size()), 1));
    }
  }

  private void transmit(RingBed bed, HostileDriver hostile, Random random) {
    RecordingTx tx = new RecordingTx(ROOM, bed.memory().segments());
    tx.accepts = n -> random.nextInt(4) == 0 ? n / 2 : n;
    tx.checked = (bytes, flags, numbers) -> checkSent(bed.features(), bytes, flags, numbers);
    TransmitPath path =
        new TransmitPath(
            NetBed.setup(bed, new QueueCounters(), MAX_FRAME, random.nextBoolean()),
            tx,
            tx.regions(),
            8);
    for (int turn = 0; turn < TURNS; turn++) {
      hostile.offer(random, bed.device());
      int n = path.poll();
      assertEquals(0, tx.lentOut());
      sentFrames += tx.sent.size();
      tx.sent.clear();
      if (n < 0) {
        assertNotNull(bed.device().fault());
        return;
      }
    }
  }

  /** The driver must be able to rely on what was checked, whatever the guest changes meanwhile. */
  private static void checkSent(long features, byte[] bytes, int flags, long numbers) {
    assertTrue(bytes.length >= 14 && bytes.length <= MAX_FRAME);
    assertEquals(0, flags & ~Features.txOffloads(features));
    if ((flags & Offload.CSUM_PARTIAL) != 0) {
      assertTrue(Offload.csumStart(numbers) + Offload.csumOffset(numbers) + 2 <= bytes.length);
    }
    if ((flags & Offload.GSO_ANY) != 0) {
      assertTrue((flags & Offload.CSUM_PARTIAL) != 0 && Offload.gsoSize(numbers) > 0);
      assertEquals(1, Integer.bitCount(flags & Offload.GSO_ANY));
    }
  }

  private void receive(RingBed bed, HostileDriver hostile, Random random) {
    FeedingRx rx = new FeedingRx(ROOM, bed.memory().segments());
    QueueCounters counters = new QueueCounters();
    ReceivePath path =
        new ReceivePath(
            NetBed.setup(bed, counters, MAX_FRAME, random.nextBoolean()), rx, rx.regions());
    for (int turn = 0; turn < TURNS; turn++) {
      hostile.offer(random, bed.device());
      while (rx.waiting.size() < 4) {
        int flags = random.nextInt(4) == 0 ? Offload.CSUM_PARTIAL : 0;
        int length = 14 + random.nextInt(random.nextBoolean() ? 100 : MAX_FRAME - 14);
        rx.feed(new byte[length], flags, 0);
      }
      int n = path.poll();
      if (n < 0) {
        assertNotNull(bed.device().fault());
        break;
      }
    }
    receivedFrames += counters.get(QueueCounters.Name.FRAMES);
    path.abandon();
    assertEquals(0, rx.lentOut());
  }

  private void control(RingBed bed, HostileDriver hostile, Random random) {
    ControlQueue queue =
        new ControlQueue(
            bed.device(),
            (commandClass, command, data) -> {
              assertTrue(commandClass >= 0 && command >= 0 && data.length <= 64 * 1024);
              commands++;
              return random.nextBoolean();
            });
    for (int turn = 0; turn < TURNS; turn++) {
      hostile.offer(random, bed.device());
      if (queue.poll() < 0) {
        assertNotNull(bed.device().fault());
        return;
      }
      queue.interruptWanted();
    }
  }
}
