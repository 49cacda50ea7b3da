package org.vhostdp.dist;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestReporter;
import org.junit.jupiter.api.extension.ExtendWith;
import org.vhostdp.guest.twin.TwinDevice;
import org.vhostdp.guest.twin.TwinOptions;

/** What a dataplane costs whose guests do nothing. */
@Tag("image")
@ExtendWith({Diagnosis.class, LeavesNothing.class})
final class IdleIT {
  private static final int GUESTS = 8;
  private static final Duration SETTLING = Duration.ofSeconds(2);
  private static final Duration WATCHED = Duration.ofSeconds(10);
  private static final double MOST = 0.01;

  /** The part of a core that it uses for a while. */
  private static double watch(VhostDp running) throws Exception {
    Duration before = ProcessFacts.cpuTime(running.pid());
    long start = System.nanoTime();
    Thread.sleep(WATCHED);
    long watched = System.nanoTime() - start;
    return (double) ProcessFacts.cpuTime(running.pid()).minus(before).toNanos() / watched;
  }

  @Test
  void eightAttachedGuestsThatAreIdleTakeLessThanAHundredthOfACore(TestReporter reporter)
      throws Exception {
    List<TwinDevice> guests = new ArrayList<>();
    try (Lab lab = Lab.open()) {
      List<TapPort> ports = new ArrayList<>();
      List<String> options = new ArrayList<>();
      for (int i = 0; i < GUESTS; i++) {
        ports.add(TapPort.in(lab, "idle" + i, 1, 0));
        options.addAll(ports.getLast().options());
      }
      VhostDp running = VhostDp.start(lab, options);
      for (TapPort port : ports) {
        guests.add(TwinDevice.start(port.socket(), TwinOptions.defaults()));
        running.awaitRings(port.id(), 2);
      }
      Thread.sleep(SETTLING);
      // Its compilers may still be busy with the start: not for ever.
      List<Double> shares = new ArrayList<>();
      do {
        shares.add(watch(running));
      } while (shares.getLast() >= MOST && shares.size() < 10);
      double share = shares.getLast();
      reporter.publishEntry(
          "idle", "%.2f %% of a core with %d guests".formatted(100 * share, GUESTS));
      assertTrue(share < MOST, "parts of a core: " + shares);
    } finally {
      guests.forEach(TwinDevice::close);
    }
  }
}
