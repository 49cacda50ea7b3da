package org.vhostdp.bench.structure;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import jdk.jfr.Recording;
import jdk.jfr.consumer.RecordedEvent;
import jdk.jfr.consumer.RecordedMethod;
import jdk.jfr.consumer.RecordingFile;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.vhostdp.dataplane.net.QueueCounters.Name;

/** What costs something is done once for up to 32 frames, not for each. */
class BatchTest {
  private static final int BURST = 32;
  private static final String SPLIT = "org.vhostdp.dataplane.ring.SplitRing";
  private static final String PACKED = "org.vhostdp.dataplane.ring.PackedRing";
  private static final String SIGNAL = "org.vhostdp.linux.EventFd";

  private static Stream<Variation> variations() {
    // With small mergeable buffers lent to the driver, the last frames of a ring are copied, in a
    // burst of their own: what is left may be too small for the longest frame.
    return Variation.all().stream()
        .filter(v -> !(v.foreign() && !v.transmit() && v.chainsPerFrame() > 1));
  }

  /** Variations with as many frames as are to wait in the ring. */
  static Stream<Arguments> waiting() {
    return variations()
        .flatMap(
            v ->
                Stream.of(1, 31, 32, 33, 200)
                    .map(frames -> Math.min(frames, most(v)))
                    .distinct()
                    .map(frames -> Arguments.of(v, frames)));
  }

  /** Frames that the ring holds at once. */
  private static int most(Variation v) {
    int slots = v.indirect() ? 1 : v.buffers().length * v.chainsPerFrame();
    return PrivateQueue.SIZE / slots;
  }

  private static int bursts(int frames) {
    return (frames + BURST - 1) / BURST;
  }

  @ParameterizedTest
  @MethodSource("waiting")
  void aBurstTakesOneCallOfEachKind(Variation v, int frames) throws Exception {
    CallCounter calls = new CallCounter(Integer.MAX_VALUE);
    try (PrivateQueue queue = new PrivateQueue(v, calls)) {
      assertEquals(frames, move(queue, v, frames));
      int bursts = bursts(frames);
      if (!v.foreign()) {
        assertEquals(v.transmit() ? bursts : 0, calls.claims, "claims");
        assertEquals(v.transmit() ? bursts : 0, calls.transmits, "transmits");
        assertEquals(v.transmit() ? 0 : bursts, calls.receives, "receives");
        assertEquals(v.transmit() ? 0 : bursts, calls.releases, "releases");
        assertEquals(2 * bursts, calls.all(), "calls of any kind");
      } else if (v.transmit()) {
        assertEquals(bursts, calls.transmits, "transmits");
        assertEquals(bursts, calls.all(), "calls of any kind");
      }
      assertEquals(bursts, queue.counters().get(Name.BURSTS), "bursts");
      assertEquals(0, calls.wakeups, "wake-ups while polling");
      assertEquals(0, queue.interruptsSent(), "interrupts that the guest does not want");
      int before = calls.all();
      assertEquals(0, queue.poll());
      assertTrue(calls.all() - before <= 1, "an empty turn asks at most for frames");
    }
  }

  @ParameterizedTest
  @MethodSource("waiting")
  void aGuestThatWantsInterruptsGetsOneForABurst(Variation v, int frames) throws Exception {
    try (PrivateQueue queue = new PrivateQueue(v, PrivateQueue.Between.NOTHING)) {
      queue.interrupts(true);
      assertEquals(frames, move(queue, v, frames));
      assertEquals(bursts(frames), queue.interruptsSent());
    }
  }

  @Test
  void aDriverThatLendsLittleIsSeen() throws Exception {
    Variation v = Variation.of("split-transmit-small-copied");
    CallCounter calls = new CallCounter(16);
    try (PrivateQueue queue = new PrivateQueue(v, calls)) {
      assertEquals(200, move(queue, v, 200));
      assertEquals(13, calls.claims);
      assertEquals(13, calls.transmits);
      assertEquals(13, queue.counters().get(Name.BURSTS));
    }
  }

  @Test
  void aBurstIsPublishedByOneRelease(@TempDir Path folder) throws Exception {
    int bursts = 0;
    Map<String, Long> invocations;
    try (Recording recording = new Recording()) {
      recording
          .enable("jdk.MethodTiming")
          .with("filter", SPLIT + "::flush;" + PACKED + "::flush;" + SIGNAL + "::signal");
      recording.start();
      for (Variation v : variations().toList()) {
        if (!v.packed()) {
          int frames = most(v);
          bursts += bursts(frames);
          try (PrivateQueue queue = new PrivateQueue(v, PrivateQueue.Between.NOTHING)) {
            assertEquals(frames, move(queue, v, frames));
          }
        }
      }
      recording.stop();
      invocations = invocations(recording, folder.resolve("timing.jfr"));
    }
    assertEquals(bursts, invocations.get(SPLIT));
    assertEquals(0, invocations.get(PACKED));
    assertEquals(0, invocations.get(SIGNAL));
  }

  private static int move(PrivateQueue queue, Variation v, int frames) {
    int chains = frames * v.chainsPerFrame();
    assertEquals(chains, queue.offer(chains));
    int moved = 0;
    int n = 1;
    while (moved < frames && n > 0) {
      n = queue.poll();
      moved += n;
    }
    assertEquals(chains, queue.reclaim());
    return moved;
  }

  private static Map<String, Long> invocations(Recording recording, Path file) throws Exception {
    recording.dump(file);
    Map<String, Long> byClass = new HashMap<>();
    List<RecordedEvent> events = RecordingFile.readAllEvents(file);
    for (RecordedEvent event : events) {
      if (event.getEventType().getName().equals("jdk.MethodTiming")) {
        RecordedMethod method = event.getValue("method");
        byClass.merge(method.getType().getName(), event.getLong("invocations"), Long::sum);
      }
    }
    Files.delete(file);
    return byClass;
  }
}
