package org.vhostdp.dist;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.vhostdp.attest.json.Json;

/**
 * DPDK's virtio-user as front-end, in every layout of its rings. testpmd returns each frame with
 * its MAC addresses swapped. One vhost-dp serves them all, one after another.
 */
@Tag("dpdk")
@ExtendWith({Diagnosis.class, LeavesNothing.class})
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class DpdkVirtioUserIT {
  private static final int FRAMES = 20_000;
  private static final Duration TESTPMD_LIFE = Duration.ofSeconds(200);
  private static final Duration TESTPMD_START = Duration.ofSeconds(90);
  private static final Duration TESTPMD_END = Duration.ofSeconds(60);

  private static final Duration COUNTED = Duration.ofSeconds(30);
  private static final Set<String> CHOSEN = Set.of("packed", "in_order", "mrg_rxbuf");

  /** Of the files in the folder of huge pages. */
  private static final String PREFIX = "vhost-dp-it-" + ProcessHandle.current().pid();

  private String hugepages;
  private Lab lab;
  private TapPort one;
  private TapPort two;
  private VhostDp running;

  /** How virtio-user lays out its rings, and how many pairs it has. */
  record Layout(boolean packed, boolean inOrder, boolean mergeable, int pairs) {
    String vdev(TapPort port) {
      return "net_virtio_user0,path=%s,queues=%d,queue_size=256,packed_vq=%d,in_order=%d,mrg_rxbuf=%d"
          .formatted(port.socket(), pairs, packed ? 1 : 0, inOrder ? 1 : 0, mergeable ? 1 : 0);
    }

    /** Of the features that the layout is made of, those negotiated, as the status calls them. */
    Set<String> features() {
      Set<String> names = new HashSet<>(CHOSEN);
      names.removeIf(
          name ->
              !switch (name) {
                case "packed" -> packed;
                case "in_order" -> inOrder;
                default -> mergeable;
              });
      return names;
    }

    @Override
    public String toString() {
      return "%s%s%s, %d queue pair%s"
          .formatted(
              packed ? "packed" : "split",
              inOrder ? ", in order" : "",
              mergeable ? ", mergeable" : "",
              pairs,
              pairs == 1 ? "" : "s");
    }
  }

  static Stream<Layout> layouts() {
    List<Layout> all = new ArrayList<>();
    for (int bits = 0; bits < 16; bits++) {
      all.add(new Layout((bits & 8) != 0, (bits & 4) != 0, (bits & 2) != 0, 1 + (bits & 1)));
    }
    return all.stream();
  }

  @BeforeAll
  void start() throws Exception {
    Needs.program("dpdk-testpmd", "dpdk-dev");
    hugepages = System.getenv("VHOSTDP_HUGEPAGES");
    String reason = System.getenv("VHOSTDP_HUGEPAGES_REASON");
    Needs.that(
        hugepages != null,
        reason != null ? reason : "VHOSTDP_HUGEPAGES names no folder with hugetlbfs");
    lab = Lab.open();
    one = TapPort.in(lab, "one", 1, 0);
    two = TapPort.in(lab, "two", 2, 0);
    List<String> options = new ArrayList<>(one.options());
    options.addAll(two.options());
    running = VhostDp.start(lab, options);
  }

  @AfterAll
  void end() throws IOException {
    if (lab == null) {
      return;
    }
    lab.close();
    // A testpmd that was killed leaves its memory behind.
    try (var files = Files.newDirectoryStream(Path.of(hugepages), PREFIX + "*")) {
      for (Path file : files) {
        Files.delete(file);
      }
    }
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("layouts")
  void everyByteCrossesBothWays(Layout layout) throws Exception {
    TapPort port = layout.pairs() == 1 ? one : two;
    try (Session testpmd = testpmd(port, layout);
        Echo echo = Echo.on(lab, port.ifname())) {
      // Its driver drops what it finds in the receive rings when it starts.
      testpmd.awaitOutput("Press enter to exit", TESTPMD_START);
      running.awaitRings(port.id(), 2 * layout.pairs());
      assertEquals(layout.features(), negotiated(port));
      long[] before = frames(port);
      echo.exchange(FRAMES);
      awaitCounted(port, before);
      check(layout, before, frames(port));
      assertEquals(0, running.dropped(port.id()), "frames dropped");
      testpmd.input().close();
      assertEquals(0, testpmd.exitCode(TESTPMD_END), testpmd.output());
    }
    running.awaitDetached(port.id());
  }

  private Set<String> negotiated(TapPort port) throws IOException {
    Set<String> names = new HashSet<>(CHOSEN);
    names.retainAll(Json.array(Json.at(running.port(port.id()), "features")));
    return names;
  }

  private long[] frames(TapPort port) throws IOException {
    long[] frames = new long[4];
    for (int ring = 0; ring < frames.length; ring++) {
      frames[ring] = running.ringFrames(port.id(), ring);
    }
    return frames;
  }

  /** Frames are counted a little after they were given away. */
  private void awaitCounted(TapPort port, long[] before) throws IOException {
    long all = Arrays.stream(before).sum() + 2 * FRAMES;
    Wait.until(
        COUNTED,
        () -> Arrays.stream(frames(port)).sum() >= all,
        () -> all + " frames should be counted: " + Arrays.toString(frames(port)));
  }

  private static void check(Layout layout, long[] before, long[] after) {
    long received = 0;
    long sent = 0;
    for (int pair = 0; pair < layout.pairs(); pair++) {
      long in = after[2 * pair] - before[2 * pair];
      long out = after[2 * pair + 1] - before[2 * pair + 1];
      assertTrue(in > 0 && out > 0, "pair " + pair + " received " + in + " and sent " + out);
      received += in;
      sent += out;
    }
    assertEquals(FRAMES, received, "frames to the guest");
    assertEquals(FRAMES, sent, "frames from the guest");
  }

  private Session testpmd(TapPort port, Layout layout) throws IOException {
    String cpu = Runtime.getRuntime().availableProcessors() > 1 ? "1" : "0";
    List<String> words = new ArrayList<>();
    words.addAll(List.of("stdbuf", "-oL", "dpdk-testpmd", "--lcores", "0@0,1@" + cpu, "-m", "128"));
    words.addAll(List.of("--single-file-segments", "--no-pci", "--no-telemetry"));
    words.addAll(List.of("--huge-dir", hugepages, "--file-prefix", PREFIX));
    words.addAll(List.of("--vdev", layout.vdev(port), "--"));
    words.addAll(List.of("--forward-mode=macswap", "--auto-start", "--nb-cores=1"));
    words.addAll(List.of("--rxq=" + layout.pairs(), "--txq=" + layout.pairs()));
    words.addAll(List.of("--total-num-mbufs=8192", "--no-flush-rx"));
    if (layout.mergeable()) {
      // Buffers of 512 bytes behind their headroom, so that most frames need several.
      words.addAll(List.of("--mbuf-size=640", "--enable-scatter"));
    }
    return lab.start(TESTPMD_LIFE, Map.of("RUNTIME_DIRECTORY", "" + lab.folder()), words);
  }
}
