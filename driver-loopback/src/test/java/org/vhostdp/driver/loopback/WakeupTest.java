package org.vhostdp.driver.loopback;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.vhostdp.linux.LinuxException;
import org.vhostdp.linux.Poll;
import org.vhostdp.spi.Burst;
import org.vhostdp.spi.DriverException;
import org.vhostdp.spi.Port;
import org.vhostdp.spi.PortSettings;
import org.vhostdp.spi.RxQueue;
import org.vhostdp.spi.TxQueue;
import org.vhostdp.spi.Wakeup;

/** WAKE-1 and WAKE-2. */
@Timeout(120)
class WakeupTest {
  private static final int RACES = 100_000;

  /** A lost wakeup shows as this wait running out. */
  private static final int PATIENCE_MILLIS = 30_000;

  private static final PortSettings ONE = PortSettings.defaults();

  private static boolean ready(Wakeup wakeup, int millis) throws LinuxException {
    Poll poll = new Poll(1);
    poll.set(0, wakeup.fd(), wakeup.events());
    return poll.await(millis) == 1;
  }

  @Test
  void onlyAnArmedReceiverIsWoken() throws DriverException, LinuxException {
    try (Port port = Rig.start(ONE)) {
      RxQueue rx = port.rx(0);
      Wakeup wakeup = rx.wakeup();
      int fd = wakeup.fd();
      Rig.send(port, 0, Rig.frame(60, 1));
      assertFalse(ready(wakeup, 0), "not armed");
      assertTrue(wakeup.arm(), "there already");
      Rig.send(port, 0, Rig.frame(60, 1));
      assertFalse(ready(wakeup, 0), "arm said true, so nobody sleeps");
      assertEquals(2, Rig.receive(port, 0).size());
      assertFalse(wakeup.arm());
      assertFalse(ready(wakeup, 0));
      Rig.send(port, 0, Rig.frame(60, 1));
      assertTrue(ready(wakeup, 0));
      assertEquals(1, Rig.receive(port, 0).size());
      assertFalse(wakeup.arm());
      assertFalse(ready(wakeup, 0), "the old signal is gone");
      assertEquals(0, Rig.receive(port, 0).size());
      Rig.send(port, 0, Rig.frame(60, 1));
      assertFalse(ready(wakeup, 0), "a burst call disarms");
      assertEquals(fd, wakeup.fd());
    }
  }

  @Test
  void aSenderIsWokenWhenThereIsRoom() throws DriverException, LinuxException {
    try (Port port = Rig.start(ONE, "depth", "64")) {
      Burst burst = new Burst(64);
      TxQueue tx = port.tx(0);
      Wakeup wakeup = tx.wakeup();
      assertTrue(wakeup.arm(), "an empty queue has room");
      for (int i = 0; i < 64; i++) {
        Rig.send(port, 0, Rig.frame(60, i));
      }
      tx.claim(burst, 1);
      Rig.fill(port, burst, 0, Rig.frame(60, 99));
      assertEquals(0, tx.transmit(burst, 0, 1));
      assertEquals(Burst.FULL, burst.status[0]);
      assertFalse(wakeup.arm());
      assertFalse(ready(wakeup, 0));
      Burst held = new Burst(1);
      assertEquals(1, port.rx(0).receive(held, 1));
      assertFalse(ready(wakeup, 0), "lent is not free");
      port.rx(0).release(held, 0, 1);
      assertTrue(ready(wakeup, 0));
      assertEquals(1, tx.transmit(burst, 0, 1));
    }
  }

  @Test
  void aSenderIsWokenWhenTheOtherEndGoes() throws DriverException, LinuxException {
    String[] config = {"mode", "pair", "wire", "goes", "depth", "64"};
    try (Port a = Rig.start(ONE, config)) {
      Burst burst = new Burst(1);
      try (Port b = Rig.start(ONE, config)) {
        for (int i = 0; i < 64; i++) {
          Rig.send(a, 0, Rig.frame(60, i));
        }
        a.tx(0).claim(burst, 1);
        Rig.fill(a, burst, 0, Rig.frame(60, 99));
        assertEquals(0, a.tx(0).transmit(burst, 0, 1));
        assertFalse(a.tx(0).wakeup().arm());
        assertEquals(0, Rig.statistics(b).rxFrames);
      }
      assertTrue(ready(a.tx(0).wakeup(), 0));
      assertEquals(1, a.tx(0).transmit(burst, 0, 1));
    }
  }

  @Test
  void sinkNeverWakesAndSourceAlwaysHasWork() throws DriverException, LinuxException {
    try (Port sink = Rig.start(ONE, "mode", "sink");
        Port source = Rig.start(ONE, "mode", "source")) {
      assertFalse(sink.rx(0).wakeup().arm());
      Rig.send(sink, 0, Rig.frame(60, 0));
      assertFalse(ready(sink.rx(0).wakeup(), 0));
      assertTrue(sink.tx(0).wakeup().arm());
      assertTrue(source.rx(0).wakeup().arm());
      assertTrue(source.rx(0).wakeup().fd() >= 0);
    }
  }

  /**
   * One end sends one frame at a time and waits for the answer; both sleep whenever arm lets them.
   * Every exchange is a race between arming and sending in each direction.
   */
  @Test
  void noWakeupIsLostInAHundredThousandRaces() throws Exception {
    String[] config = {"mode", "pair", "wire", "race", "depth", "64", "mtu", "1500"};
    AtomicReference<Throwable> failure = new AtomicReference<>();
    AtomicLong slept = new AtomicLong();
    try (Port a = Rig.start(ONE, config);
        Port b = Rig.start(ONE, config)) {
      Thread echo =
          new Thread(
              () -> {
                try {
                  for (int i = 0; i < RACES; i++) {
                    slept.addAndGet(awaitFrame(b));
                    sendOne(b);
                  }
                } catch (Throwable e) {
                  failure.set(e);
                }
              });
      echo.start();
      for (int i = 0; i < RACES && failure.get() == null; i++) {
        sendOne(a);
        slept.addAndGet(awaitFrame(a));
      }
      echo.join(PATIENCE_MILLIS);
      assertFalse(echo.isAlive());
      assertEquals(null, failure.get());
      assertEquals(RACES, Rig.statistics(a).rxFrames);
      assertEquals(RACES, Rig.statistics(b).rxFrames);
      assertTrue(slept.get() > RACES / 100, "too few sleeps to prove anything: " + slept);
    }
  }

  private static void sendOne(Port port) {
    Burst burst = new Burst(1);
    assertEquals(1, port.tx(0).claim(burst, 1));
    burst.length[0] = 60;
    burst.flags[0] = 0;
    assertEquals(1, port.tx(0).transmit(burst, 0, 1));
  }

  /** Receives one frame; returns how often it slept. */
  private static int awaitFrame(Port port) throws LinuxException {
    Burst burst = new Burst(1);
    RxQueue rx = port.rx(0);
    Poll poll = new Poll(1);
    poll.set(0, rx.wakeup().fd(), Poll.IN);
    int sleeps = 0;
    while (rx.receive(burst, 1) == 0) {
      if (!rx.wakeup().arm()) {
        sleeps++;
        assertEquals(1, poll.await(PATIENCE_MILLIS), "a wakeup was lost");
      }
    }
    rx.release(burst, 0, 1);
    return sleeps;
  }

  /** The same for room: a small ring, a sender that only waits, a receiver that only drains. */
  @Test
  void noSenderWaitsForEver() throws Exception {
    AtomicReference<Throwable> failure = new AtomicReference<>();
    try (Port port = Rig.start(ONE, "depth", "64", "mtu", "1500")) {
      Thread receiver =
          new Thread(
              () -> {
                try {
                  for (int i = 0; i < RACES; i++) {
                    awaitFrame(port);
                  }
                } catch (Throwable e) {
                  failure.set(e);
                }
              });
      receiver.start();
      Burst burst = new Burst(1);
      Poll poll = new Poll(1);
      poll.set(0, port.tx(0).wakeup().fd(), Poll.IN);
      for (int i = 0; i < RACES && failure.get() == null; i++) {
        assertEquals(1, port.tx(0).claim(burst, 1));
        burst.length[0] = 60;
        burst.flags[0] = 0;
        while (port.tx(0).transmit(burst, 0, 1) == 0) {
          if (!port.tx(0).wakeup().arm()) {
            assertEquals(1, poll.await(PATIENCE_MILLIS), "a wakeup was lost");
          }
        }
      }
      receiver.join(PATIENCE_MILLIS);
      assertFalse(receiver.isAlive());
      assertEquals(null, failure.get());
    }
  }
}
