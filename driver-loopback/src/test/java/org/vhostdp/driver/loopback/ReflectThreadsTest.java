package org.vhostdp.driver.loopback;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Random;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.vhostdp.linux.LinuxException;
import org.vhostdp.linux.Poll;
import org.vhostdp.spi.Burst;
import org.vhostdp.spi.DriverException;
import org.vhostdp.spi.Port;
import org.vhostdp.spi.PortSettings;
import org.vhostdp.spi.Wakeup;

/** Mode reflect with the two queues of a pair in two threads. */
@Timeout(120)
class ReflectThreadsTest {
  private static final int FRAMES = 1_000_000;

  /** A lost wakeup shows as this wait running out. */
  private static final int PATIENCE_MILLIS = 30_000;

  private static final PortSettings ONE = PortSettings.defaults();
  private static final String[] SMALL = {"mode", "reflect", "depth", "64", "mtu", "1500"};

  private static boolean ready(Wakeup wakeup, int millis) throws LinuxException {
    Poll poll = new Poll(1);
    poll.set(0, wakeup.fd(), wakeup.events());
    return poll.await(millis) == 1;
  }

  @Test
  void onlyAnArmedReceiverIsWoken() throws DriverException, LinuxException {
    try (Port port = Rig.start(ONE, SMALL)) {
      Wakeup wakeup = port.rx(0).wakeup();
      Rig.send(port, 0, Rig.frame(60, 1));
      assertFalse(ready(wakeup, 0), "not armed");
      assertTrue(wakeup.arm(), "there already");
      assertEquals(1, Rig.receive(port, 0).size());
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
    }
  }

  @Test
  void aSenderIsWokenWhenThereIsRoom() throws DriverException, LinuxException {
    try (Port port = Rig.start(ONE, SMALL)) {
      Wakeup wakeup = port.tx(0).wakeup();
      assertTrue(wakeup.arm(), "an empty queue has room");
      for (int i = 0; i < 64; i++) {
        Rig.send(port, 0, Rig.frame(60, i));
      }
      Burst burst = new Burst(1);
      assertEquals(0, port.tx(0).claim(burst, 1));
      assertFalse(wakeup.arm());
      Burst held = new Burst(2);
      assertEquals(2, port.rx(0).receive(held, 2));
      assertFalse(ready(wakeup, 0), "lent is not free");
      port.rx(0).release(held, 0, 1);
      assertTrue(ready(wakeup, 0));
      assertEquals(1, port.tx(0).claim(burst, 1));
      port.rx(0).release(held, 1, 1);
      assertTrue(wakeup.arm(), "room for another");
    }
  }

  @Test
  void aReceiverIsWokenWhenItsQueueBecomesActive() throws DriverException, LinuxException {
    PortSettings two = ONE.withQueuePairs(2);
    try (Port port = Rig.start(two.withActiveQueuePairs(1), SMALL)) {
      Rig.send(port, 1, Rig.frame(60, 1));
      Wakeup wakeup = port.rx(1).wakeup();
      assertFalse(wakeup.arm(), "a frame that waits is no work yet");
      assertFalse(ready(wakeup, 0));
      port.configure(two);
      assertTrue(ready(wakeup, 0));
      assertEquals(1, Rig.receive(port, 1).size());
    }
  }

  /** Bursts of any size, some frames given back, everybody sleeping whenever arm lets them. */
  @Test
  void aMillionFramesCrossInOrderWhileBothSleep() throws Exception {
    AtomicReference<Throwable> failure = new AtomicReference<>();
    try (Port port = Rig.start(ONE, SMALL)) {
      Thread receiver =
          new Thread(
              () -> {
                try {
                  receiveAll(port);
                } catch (Throwable e) {
                  failure.set(e);
                }
              });
      receiver.start();
      sendAll(port, failure);
      receiver.join(PATIENCE_MILLIS);
      assertFalse(receiver.isAlive());
      assertEquals(null, failure.get());
      assertEquals(FRAMES, Rig.statistics(port).txFrames);
      assertEquals(FRAMES, Rig.statistics(port).rxFrames);
      assertEquals(Rig.statistics(port).txBytes, Rig.statistics(port).rxBytes);
      assertEquals(0, Rig.lendingErrors(port));
    }
  }

  private static void sendAll(Port port, AtomicReference<Throwable> failure) throws LinuxException {
    Random random = new Random(3);
    MemorySegment memory = Rig.memory(port);
    Burst burst = new Burst(64);
    int sent = 0;
    while (sent < FRAMES && failure.get() == null) {
      int n = port.tx(0).claim(burst, 1 + random.nextInt(64));
      int used = Math.min(n - random.nextInt(n / 8 + 1), FRAMES - sent);
      for (int i = 0; i < used; i++) {
        burst.length[i] = 60 + (sent + i & 1023);
        burst.flags[i] = 0;
        memory.set(ValueLayout.JAVA_INT_UNALIGNED, burst.offset[i], sent + i);
      }
      assertEquals(used, port.tx(0).transmit(burst, 0, used));
      port.tx(0).unclaim(burst, used, n - used);
      sent += used;
      if (n == 0 && !port.tx(0).wakeup().arm()) {
        assertTrue(ready(port.tx(0).wakeup(), PATIENCE_MILLIS), "a wakeup was lost");
      }
    }
  }

  private static void receiveAll(Port port) throws LinuxException {
    Random random = new Random(5);
    MemorySegment memory = Rig.memory(port);
    Burst burst = new Burst(64);
    int got = 0;
    while (got < FRAMES) {
      int n = port.rx(0).receive(burst, 1 + random.nextInt(64));
      for (int i = 0; i < n; i++) {
        assertEquals(got + i, memory.get(ValueLayout.JAVA_INT_UNALIGNED, burst.offset[i]));
        assertEquals(60 + (got + i & 1023), burst.length[i]);
      }
      int cut = random.nextInt(n + 1);
      port.rx(0).release(burst, 0, cut);
      port.rx(0).release(burst, cut, n - cut);
      got += n;
      if (n == 0 && !port.rx(0).wakeup().arm()) {
        assertTrue(ready(port.rx(0).wakeup(), PATIENCE_MILLIS), "a wakeup was lost");
      }
    }
  }
}
