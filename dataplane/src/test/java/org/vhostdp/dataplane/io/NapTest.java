package org.vhostdp.dataplane.io;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.vhostdp.dataplane.frontend.vhostuser.PortBed;
import org.vhostdp.linux.Threads;

/** Drivers that cannot wake anybody. */
class NapTest {
  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void aDriverThatWakesNobodyIsLookedAtOnceAMillisecond(boolean beside) throws Exception {
    try (IoThread io = new IoThread("io-nap", -1, 50_000, false);
        FakePair pair = new FakePair(io, false).attach();
        FakePair busy = new FakePair(io, true).attach()) {
      PortBed.await("its first nap", () -> io.sleeps() > 0);
      List<String> windows = new ArrayList<>();
      // By the time that went by; again if the machine did not run the thread for a part of it.
      do {
        windows.add(napping(pair));
      } while (!windows.getLast().isEmpty() && windows.size() < 10);
      assertEquals("", windows.getLast(), windows::toString);
      if (beside) {
        busy.driver.arrive(FakeRx.ENDLESS);
        PortBed.await("the other's frames", () -> busy.frames() > 1000);
      }
      for (int i = 1; i <= 20; i++) {
        pair.driver.arrive(32);
        long all = 32L * i;
        PortBed.await("its frames", () -> pair.frames() == all);
        PortBed.pause(5);
      }
      assertEquals(List.of(), pair.told);
    }
  }

  /** What is wrong with a second of a thread that looks once a millisecond; empty if nothing is. */
  private static String napping(FakePair pair) throws IoStuck {
    long before = pair.control.call(Threads::cpuNanos);
    long calls = pair.driver.calls.get();
    long begin = System.nanoTime();
    PortBed.pause(1000);
    long looks = pair.driver.calls.get() - calls;
    double seconds = (System.nanoTime() - begin) / 1e9;
    long used = pair.control.call(Threads::cpuNanos) - before;
    boolean good = used < 150_000_000 * seconds && looks > 50 * seconds && looks < 1500 * seconds;
    return good ? "" : looks + " looks, " + used + " ns of CPU time in " + seconds + " s";
  }
}
