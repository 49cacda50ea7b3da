package org.vhostdp.driver.loopback;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.vhostdp.linux.Poll;
import org.vhostdp.spi.Burst;
import org.vhostdp.spi.DriverException;
import org.vhostdp.spi.Port;
import org.vhostdp.spi.PortSettings;
import org.vhostdp.spi.Wakeup;

/**
 * WAKE-1 under a magnifying glass: in every round one thread arms while the other makes the work it
 * is to be woken for, both released together and shifted against each other by a random pause.
 * Afterwards arm must have seen the work, or the descriptor must be ready.
 */
@Timeout(120)
class WakeupRaceTest {
  private static final int RACES = 50_000;

  /** About as long as a system call and a copy take, so that the two sides meet anywhere. */
  private static final int MOST_SPINS = 40;

  private final AtomicInteger started = new AtomicInteger();
  private final AtomicInteger made = new AtomicInteger();
  private final AtomicReference<Throwable> failure = new AtomicReference<>();

  private static Port start(String mode) throws DriverException {
    return Rig.start(PortSettings.defaults(), "mode", mode, "depth", "64", "mtu", "1500");
  }

  @ParameterizedTest
  @ValueSource(strings = {"loopback", "reflect"})
  void aFrameIsSeenOrWakes(String mode) throws Exception {
    try (Port port = start(mode)) {
      Burst tx = new Burst(1);
      Burst rx = new Burst(1);
      race(
          port.rx(0).wakeup(),
          () -> {
            port.tx(0).claim(tx, 1);
            tx.length[0] = 60;
            tx.flags[0] = 0;
            assertEquals(1, port.tx(0).transmit(tx, 0, 1));
          },
          () -> {
            assertEquals(1, port.rx(0).receive(rx, 1));
            port.rx(0).release(rx, 0, 1);
          });
    }
  }

  @Test
  void roomIsSeenOrWakes() throws Exception {
    try (Port port = start("loopback")) {
      for (int i = 0; i < 64; i++) {
        Rig.send(port, 0, Rig.frame(60, i));
      }
      Burst tx = new Burst(1);
      port.tx(0).claim(tx, 1);
      Rig.fill(port, tx, 0, Rig.frame(60, 0));
      assertEquals(0, port.tx(0).transmit(tx, 0, 1));
      Burst rx = new Burst(1);
      race(
          port.tx(0).wakeup(),
          () -> {
            assertEquals(1, port.rx(0).receive(rx, 1));
            port.rx(0).release(rx, 0, 1);
          },
          () -> {
            // Fills the ring again, then finds it full, as a sender that goes to sleep does.
            assertEquals(1, port.tx(0).transmit(tx, 0, 1));
            port.tx(0).claim(tx, 1);
            assertEquals(0, port.tx(0).transmit(tx, 0, 1));
          });
    }
  }

  @Test
  void roomToClaimIsSeenOrWakes() throws Exception {
    try (Port port = start("reflect")) {
      for (int i = 0; i < 64; i++) {
        Rig.send(port, 0, Rig.frame(60, i));
      }
      Burst rx = new Burst(1);
      Burst none = new Burst(1);
      race(
          port.tx(0).wakeup(),
          () -> {
            assertEquals(1, port.rx(0).receive(rx, 1));
            port.rx(0).release(rx, 0, 1);
          },
          () -> {
            Rig.send(port, 0, Rig.frame(60, 0));
            assertEquals(0, port.tx(0).claim(none, 1));
          });
    }
  }

  /**
   * Races arming against work.
   *
   * @param work runs in a thread of its own
   * @param consume undoes the work, after each race
   */
  private void race(Wakeup wakeup, Runnable work, Runnable consume) throws Exception {
    Thread maker = new Thread(() -> make(work));
    maker.start();
    try {
      Poll poll = new Poll(1);
      poll.set(0, wakeup.fd(), wakeup.events());
      Random random = new Random(7);
      for (int round = 1; round <= RACES; round++) {
        started.set(round);
        spin(random.nextInt(MOST_SPINS));
        boolean seen = wakeup.arm();
        for (int i = 1; made.get() != round; i++) {
          pause(i);
        }
        if (failure.get() != null) {
          break;
        }
        assertTrue(seen || poll.await(0) == 1, "a wakeup was lost in round " + round);
        consume.run();
      }
    } finally {
      started.set(-1);
      maker.join(30_000);
    }
    assertFalse(maker.isAlive());
    assertEquals(null, failure.get());
  }

  private void make(Runnable work) {
    Random random = new Random(11);
    for (int round = 1; round <= RACES; round++) {
      for (int i = 1; started.get() != round; i++) {
        if (started.get() < 0) {
          return;
        }
        pause(i);
      }
      spin(random.nextInt(MOST_SPINS));
      try {
        work.run();
      } catch (Throwable e) {
        failure.set(e);
      }
      made.set(round);
    }
  }

  /** Mostly spins, but leaves the core to the other thread where there is one core only. */
  private static void pause(int i) {
    if (i % 1000 == 0) {
      Thread.yield();
    } else {
      Thread.onSpinWait();
    }
  }

  private static void spin(int n) {
    for (int i = 0; i < n; i++) {
      Thread.onSpinWait();
    }
  }
}
