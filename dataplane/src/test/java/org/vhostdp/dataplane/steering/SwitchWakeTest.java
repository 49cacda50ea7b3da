package org.vhostdp.dataplane.steering;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.vhostdp.linux.Poll;
import org.vhostdp.spi.Wakeup;

/** No frame waits for a queue that sleeps. */
class SwitchWakeTest {
  private static final RssSetting ALL_TO_ONE = setting(1);

  private static RssSetting setting(int queue) {
    try {
      return RssSetting.of(1, new byte[40], new int[] {queue}, queue, 8);
    } catch (SteeringRefused e) {
      throw new IllegalStateException(e);
    }
  }

  private static boolean ready(Wakeup wakeup) throws Exception {
    Poll poll = new Poll(1);
    poll.set(0, wakeup.fd(), Poll.IN);
    poll.await(0);
    return poll.ready(0) != 0;
  }

  @Test
  void aFrameInAnyDriverQueueWakesEveryQueue() throws Exception {
    try (SwitchBed bed = new SwitchBed(2, 2, SteeringSpec.AUTO)) {
      for (int driver = 0; driver < 2; driver++) {
        assertFalse(bed.queues[0].wakeup().arm());
        assertFalse(bed.queues[1].wakeup().arm());
        assertFalse(ready(bed.queues[0].wakeup()));
        bed.drivers[driver].feed(new byte[60]);
        assertTrue(ready(bed.queues[0].wakeup()));
        assertTrue(ready(bed.queues[1].wakeup()));
        assertTrue(bed.queues[1].wakeup().arm());
        bed.drain();
      }
    }
  }

  @Test
  void aQueueThatSleepsIsWokenForWhatAnotherFound() throws Exception {
    try (SwitchBed bed = new SwitchBed(1, 2, SteeringSpec.AUTO)) {
      bed.ports.rss(ALL_TO_ONE);
      assertFalse(bed.queues[1].wakeup().arm());
      bed.drivers[0].feed(new byte[60]);
      assertEquals(0, bed.take(0).size());
      assertEquals(List.of(1), bed.woken);
      assertTrue(bed.queues[1].wakeup().arm(), "it must not sleep on its frames");
      assertEquals(1, bed.take(1).size());
      assertFalse(bed.queues[1].wakeup().arm());
    }
  }

  @Test
  void whoNeverAsksAgainLeavesSomebodyAwakeForTheDriver() throws Exception {
    try (SwitchBed bed = new SwitchBed(1, 2, SteeringSpec.AUTO)) {
      bed.ports.rss(setting(0));
      assertFalse(bed.queues[1].wakeup().arm());
      // Queue 0 takes a burst and never asks again. The burst call ended the armed wakeup.
      bed.drivers[0].feed(new byte[60]);
      assertEquals(1, bed.hold(0, 32).size());
      assertEquals(List.of(), bed.woken);
      bed.drivers[0].feed(new byte[60]);
      assertTrue(ready(bed.queues[1].wakeup()), "nobody looks after the driver");
      // If more was there at once, the one that sleeps is woken instead.
      assertEquals(0, bed.take(1).size());
      assertFalse(bed.queues[1].wakeup().arm());
      for (int i = 0; i < 40; i++) {
        bed.drivers[0].feed(new byte[60]);
      }
      bed.release(0);
      bed.hold(0, 32);
      bed.release(0);
      bed.hold(0, 32);
      assertEquals(List.of(1), bed.woken);
    }
  }
}
