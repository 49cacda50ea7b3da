package org.vhostdp.dist;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.vhostdp.guest.twin.BuiltinGuest;
import org.vhostdp.guest.twin.Feature;
import org.vhostdp.guest.twin.Packets;
import org.vhostdp.guest.twin.PingResult;
import org.vhostdp.guest.twin.TwinOptions;

/** What a running dataplane holds, before and after guests have come and gone. */
@Tag("image")
@ExtendWith({Diagnosis.class, LeavesNothing.class})
final class LeakIT {
  private static final int WARM_UP = 10;
  private static final int CYCLES = 20;
  private static final int ROUNDS = 3;
  private static final Duration SETTLED = Duration.ofSeconds(40);
  private static final Duration PAUSE = Duration.ofMillis(500);
  private static final Duration PING_WAIT = Duration.ofSeconds(30);
  private static final Duration PING_INTERVAL = Duration.ofMillis(1);

  /** The compiler's threads would otherwise come and go by themselves. */
  private static final Map<String, String> STEADY =
      Map.of("VHOSTDP_JAVA_OPTS", "-XX:-UseDynamicNumberOfCompilerThreads");

  /** All that may leak, each by name and count. */
  record Held(
      Map<String, Integer> descriptors,
      Map<String, Integer> mappings,
      Map<String, Integer> threads,
      Map<String, Integer> namespaces,
      List<String> interfaces) {
    static Held by(VhostDp running, Lab lab) throws Exception {
      long pid = running.pid();
      return new Held(
          ProcessFacts.descriptors(pid),
          ProcessFacts.mappings(pid),
          ProcessFacts.threads(pid),
          ProcessFacts.namespaces(pid),
          lab.interfaces());
    }
  }

  @Test
  void guestsThatComeAndGoLeaveNothing() throws Exception {
    try (Lab lab = Lab.open()) {
      TapPort port = TapPort.in(lab, "leak", 2, 0);
      VhostDp running = VhostDp.start(lab, STEADY, port.optionsWithAddress());
      for (int i = 0; i < WARM_UP; i++) {
        cycle(running, port, i);
      }
      Held before;
      Held after;
      int rounds = 0;
      // A guest that leaves something does so in each round; a heap that grows late does not.
      do {
        before = steady(running, lab);
        assertTrue(
            before.descriptors().size() > 1 && before.threads().size() > 1, before.toString());
        for (int i = 0; i < CYCLES; i++) {
          cycle(running, port, i);
        }
        after = settled(before, running, lab);
      } while (!after.equals(before) && ++rounds < ROUNDS);
      assertEquals(before, after);
    }
  }

  /** What is held once it is the same twice: connections of this test end a little later. */
  private static Held steady(VhostDp running, Lab lab) throws Exception {
    Held last = Held.by(running, lab);
    for (; ; ) {
      Thread.sleep(PAUSE);
      Held now = Held.by(running, lab);
      if (now.equals(last)) {
        return now;
      }
      last = now;
    }
  }

  /** What is held once it is as before, or at the limit. */
  private static Held settled(Held before, VhostDp running, Lab lab) throws Exception {
    long deadline = System.nanoTime() + SETTLED.toNanos();
    Held now = Held.by(running, lab);
    while (!now.equals(before) && System.nanoTime() < deadline) {
      Thread.sleep(PAUSE);
      now = Held.by(running, lab);
    }
    return now;
  }

  /** A guest attaches, pings and is killed; the next one lays out its rings in another way. */
  private static void cycle(VhostDp running, TapPort port, int turn)
      throws IOException, InterruptedException {
    TwinOptions options =
        switch (turn % 4) {
          case 0 -> TwinOptions.defaults();
          case 1 -> TwinOptions.defaults().plus(Feature.RING_PACKED);
          case 2 -> TwinOptions.defaults().plus(Feature.CTRL_VQ).withPairs(2);
          default -> TwinOptions.defaults().plus(Feature.IN_ORDER).withMemory(4, false);
        };
    long mac = Packets.mac("52:54:00:76:64:03");
    try (BuiltinGuest guest =
        BuiltinGuest.start(port.socket(), mac, Packets.ip(TapPort.GUEST), options)) {
      PingResult pings = guest.ping(Packets.ip(TapPort.HOST), 20, PING_INTERVAL, PING_WAIT);
      assertEquals(pings.sent(), pings.received(), "pings in turn " + turn);
    }
    running.awaitDetached(port.id());
  }
}
