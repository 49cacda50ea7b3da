package org.vhostdp.dataplane.frontend.vhostuser;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.vhostdp.guest.twin.Feature;
import org.vhostdp.guest.twin.TwinDevice;
import org.vhostdp.guest.twin.TwinOptions;

/**
 * Hostile sessions one after another. {@code -Dvhostdp.fuzz.seconds} says how long (5), {@code
 * -Dvhostdp.fuzz.seed} which; a failure names the seed of its session.
 */
class MessageFuzzTest {
  private static final long SECONDS = Long.getLong("vhostdp.fuzz.seconds", 5);

  private static long seed() {
    Long given = Long.getLong("vhostdp.fuzz.seed");
    return given != null ? given : System.nanoTime() & 0xFFFF_FFFFL;
  }

  @Test
  @Timeout(4000)
  void aHostileFrontEndHarmsNobody() throws Exception {
    long seed = seed();
    System.out.println("vhostdp.fuzz.seed=" + seed);
    Leaks before = Leaks.settled();
    try (PortBed bed = new PortBed(1)) {
      VhostUserPort port = bed.serve(PortBed.spec("p", 2), PortBed.loopback());
      warmUp(bed);
      PortBed.awaitEnd(port);
      Leaks idle = Leaks.settled();
      long end = System.nanoTime() + SECONDS * 1_000_000_000L;
      long messages = 0;
      long session = seed;
      while (System.nanoTime() < end) {
        try (MessageFuzzer fuzzer = new MessageFuzzer(bed.socket("p"), session, 6)) {
          messages += fuzzer.run();
        } catch (IOException | RuntimeException | AssertionError e) {
          throw new AssertionError("session of seed " + session, e);
        }
        String which = "session of seed " + session;
        idle.awaitSame(which);
        assertTrue(port.running(), which);
        session++;
        if ((session - seed) % 50 == 0) {
          check(bed, which);
        }
      }
      check(bed, "the last session, of seed " + (session - 1));
      System.out.println(session - seed + " hostile sessions, " + messages + " messages");
    }
    before.awaitSame("fuzzing from seed " + seed);
  }

  private static void warmUp(PortBed bed) throws IOException {
    check(bed, "the start");
  }

  /** A front-end that behaves is served as if nothing had been. */
  private static void check(PortBed bed, String after) throws IOException {
    for (long layout : new long[] {0, Feature.RING_PACKED}) {
      try (TwinDevice guest = bed.guest("p", TwinOptions.defaults().plus(layout))) {
        // What the hostile guest sent may still come out of the driver.
        Echo.pastOthers(guest.net().pair(0)).run(200);
      } catch (IOException | AssertionError e) {
        throw new AssertionError("after " + after, e);
      }
    }
  }

  @Test
  void aHostilePortDoesNotSlowItsNeighbour() throws Exception {
    long seed = seed();
    AtomicBoolean over = new AtomicBoolean();
    AtomicReference<Throwable> failure = new AtomicReference<>();
    try (PortBed bed = new PortBed(1)) {
      bed.serve(PortBed.spec("hostile", 2), PortBed.loopback());
      VhostUserPort port = bed.serve(PortBed.spec("good", 1), PortBed.loopback());
      Thread hostile =
          Thread.ofPlatform()
              .start(
                  () -> {
                    for (long session = seed; !over.get(); session++) {
                      try (MessageFuzzer fuzzer =
                          new MessageFuzzer(bed.socket("hostile"), session, 6)) {
                        fuzzer.run();
                      } catch (IOException | RuntimeException | AssertionError e) {
                        failure.set(new AssertionError("session of seed " + session, e));
                        return;
                      }
                    }
                  });
      try (TwinDevice guest = bed.guest("good", TwinOptions.defaults())) {
        // Each frame comes back once, unchanged and in order, or this fails.
        Echo.check(guest.net().pair(0), 30_000);
        assertTrue(port.attached(), "one session all the time");
        assertTrue(port.sessions() == 1);
      } finally {
        over.set(true);
        hostile.join();
      }
      if (failure.get() != null) {
        throw new AssertionError("seed " + seed, failure.get());
      }
    }
  }
}
