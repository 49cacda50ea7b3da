package org.vhostdp.dataplane.qos;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.vhostdp.dataplane.net.QueueCounters;
import org.vhostdp.linux.Epoll;
import org.vhostdp.spi.Burst;
import org.vhostdp.spi.Capabilities;
import org.vhostdp.spi.Wakeup;

/** Limits by the real clock, with a thread that sleeps whenever it may, as an IO thread does. */
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class AccuracyTest {
  private static final int FRAME = 1514;

  /** A machine that is busy with other things may take the thread's core away. */
  private static final int WINDOWS = 40;

  private interface Turn {
    /** Frames moved. */
    int move(Burst burst);
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 100, 1000})
  void transmitRatesHoldOverASecond(long megabits) throws Exception {
    Capabilities can = Capabilities.builder().frames(1522, StrictTx.ROOM, 1).build();
    PortLimits limits = new PortLimits(QosSpec.of(List.of("tx rate=" + megabits + "mbit")), 1);
    try (StrictTx driver = new StrictTx(64)) {
      LimitedTx tx = (LimitedTx) limits.tx(0, driver, can, null, 1522, new QueueCounters());
      holds(megabits, tx, burst -> StrictTx.send(tx, burst, 32, FRAME));
      tx.close();
    }
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 100, 1000})
  void receiveRatesHoldOverASecond(long megabits) throws Exception {
    PortLimits limits = new PortLimits(QosSpec.of(List.of("rx rate=" + megabits + "mbit")), 1);
    try (StrictRx driver = new StrictRx()) {
      driver.waiting = Long.MAX_VALUE;
      LimitedRx rx = (LimitedRx) limits.rx(0, driver, 1522, new QueueCounters());
      holds(
          megabits,
          rx,
          burst -> {
            int n = rx.receive(burst, 32);
            rx.release(burst, 0, n);
            return n;
          });
      rx.close();
    }
  }

  private static void holds(long megabits, Wakeup wakeup, Turn turn) throws Exception {
    List<Double> errors = new ArrayList<>();
    try (Epoll epoll = Epoll.create(1)) {
      epoll.add(wakeup.fd(), Epoll.IN, 1);
      for (int i = 0; i < WINDOWS; i++) {
        double error = window(megabits, wakeup, turn, epoll);
        if (Math.abs(error) < 0.03) {
          return;
        }
        errors.add(error);
      }
    }
    assertTrue(errors.isEmpty(), "off by " + errors);
  }

  private static double window(long megabits, Wakeup wakeup, Turn turn, Epoll epoll) {
    Burst burst = new Burst(32);
    long begin = System.nanoTime();
    long frames = 0;
    long now = begin;
    while (now - begin < Clock.SECOND) {
      int moved = turn.move(burst);
      frames += moved;
      if (moved == 0 && !wakeup.arm()) {
        epoll.await(1000);
      }
      now = System.nanoTime();
    }
    return frames * FRAME * 8e9 / (now - begin) / (megabits * 1e6) - 1;
  }
}
