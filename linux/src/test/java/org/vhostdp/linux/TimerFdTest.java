package org.vhostdp.linux;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(OpenCounts.class)
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class TimerFdTest {
  private static boolean over(TimerFd timer, int millis) throws LinuxException {
    Poll poll = new Poll(1);
    poll.set(0, timer.fd().raw(), Poll.IN);
    return poll.await(millis) == 1 && poll.ready(0) == Poll.IN;
  }

  @Test
  void isReadableFromWhenTheTimeIsOver() throws Exception {
    try (TimerFd timer = TimerFd.create()) {
      assertEquals(false, over(timer, 0));
      boolean early = true;
      // A longer time if this thread was not run until it was over.
      for (long millis = 20; early && millis < 10_000; millis *= 4) {
        long start = System.nanoTime();
        timer.set(TimeUnit.MILLISECONDS.toNanos(millis));
        early = over(timer, 0);
        assertTrue(over(timer, 30_000));
        assertTrue(System.nanoTime() - start >= TimeUnit.MILLISECONDS.toNanos(millis));
      }
      assertEquals(false, early);
      assertTrue(over(timer, 0), "readable until it is set again");
    }
  }

  @Test
  void settingItAgainTakesTheOldTimeBack() throws Exception {
    try (TimerFd timer = TimerFd.create()) {
      timer.set(1);
      assertTrue(over(timer, 10_000));
      timer.set(TimeUnit.HOURS.toNanos(100));
      assertEquals(false, over(timer, 0));
      timer.set(1);
      assertTrue(over(timer, 10_000));
      timer.set(0);
      assertEquals(false, over(timer, 5));
    }
  }

  @Test
  void settingItAllocatesNothing() throws Exception {
    try (TimerFd timer = TimerFd.create()) {
      // Interpreted code allocates, and when it is compiled depends on how busy the machine is.
      long allocated = Long.MAX_VALUE;
      long deadline = System.nanoTime() + 20_000_000_000L;
      while (allocated >= 10_000 && System.nanoTime() < deadline) {
        long before = Allocation.bytes();
        for (int i = 0; i < 10_000; i++) {
          timer.set(1_000_000_000L + i);
        }
        allocated = Allocation.bytes() - before;
      }
      assertTrue(allocated < 10_000, allocated + " bytes");
    }
  }

  @Test
  void aClosedOneSaysSo() throws Exception {
    TimerFd timer = TimerFd.create();
    timer.close();
    timer.close();
    assertThrows(IllegalStateException.class, () -> timer.set(1));
    try (TimerFd open = TimerFd.create()) {
      String said = assertThrows(IllegalStateException.class, () -> open.set(-1)).getMessage();
      assertTrue(said.contains("EINVAL"), said);
    }
  }
}
