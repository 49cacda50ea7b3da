package org.vhostdp.dist;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.time.Duration;
import java.util.Arrays;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.extension.ExtendWith;
import org.vhostdp.attest.json.Json;
import org.vhostdp.guest.machine.UmlGuest;

/** The indirection table that a real guest sets with ethtool is the one that steers. */
@Tag("uml")
@ExtendWith({Diagnosis.class, LeavesNothing.class})
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class SteeringIT {
  private static final Duration LIFE = Duration.ofMinutes(6);
  private static final Duration LIMIT = Duration.ofSeconds(60);
  private static final int PAIRS = 4;

  private Lab lab;
  private TapPort port;
  private VhostDp running;
  private LinuxGuest guest;

  @BeforeAll
  void boot() throws Exception {
    UmlGuest.unavailable().ifPresent(Assumptions::abort);
    Iperf.needed();
    Needs.program("ethtool", "ethtool");
    lab = Lab.open();
    port = TapPort.in(lab, "rss", PAIRS, 0);
    running = VhostDp.start(lab, port.optionsWithAddress());
    guest = LinuxGuest.uml(lab, port.socket(), TapPort.GUEST, LIFE);
    Object features = Json.at(running.port(port.id()), "features");
    Needs.that(
        Json.array(features).contains("rss"),
        "the guest's kernel has no receive-side scaling for virtio-net: it took " + features);
    Iperf.serve(lab, TapPort.HOST);
    guest.run("ethtool -L NIC combined " + PAIRS);
  }

  @AfterAll
  void end() throws IOException {
    if (guest != null) {
      guest.close();
    }
    if (lab != null) {
      lab.close();
    }
  }

  /** All frames to one queue of the guest. */
  private void allTo(int queue) throws IOException, InterruptedException {
    StringBuilder weights = new StringBuilder();
    for (int i = 0; i < PAIRS; i++) {
      weights.append(i == queue ? " 1" : " 0");
    }
    guest.run("ethtool -X NIC weight" + weights);
  }

  private long[] received() throws IOException {
    long[] frames = new long[PAIRS];
    for (int i = 0; i < PAIRS; i++) {
      frames[i] = running.count(port.id(), 2 * i, "frames");
    }
    return frames;
  }

  private long[] since(long[] before) throws IOException {
    long[] now = received();
    for (int i = 0; i < PAIRS; i++) {
      now[i] -= before[i];
    }
    return now;
  }

  /** The next frames, so many that one queue stands out. */
  private long[] next() throws IOException {
    long[] before = received();
    long[][] frames = new long[1][];
    Wait.until(
        LIMIT,
        () -> Arrays.stream(frames[0] = since(before)).sum() >= 60,
        () -> "no frames come: " + running.port(port.id()));
    return frames[0];
  }

  private static boolean alone(int queue, long[] frames) {
    return frames[queue] >= 50 && frames[queue] == Arrays.stream(frames).sum();
  }

  private static void assertOnly(int queue, long[] frames) {
    assertTrue(
        alone(queue, frames),
        "queue " + queue + " was to get all frames: " + Arrays.toString(frames));
  }

  @Test
  void aTableThatNamesOneQueueSendsAllThere() throws Exception {
    for (int queue = PAIRS - 1; queue >= 0; queue--) {
      allTo(queue);
      assertTrue(guest.run("ethtool -x NIC").contains(" " + queue), "what ethtool -x shows");
      long[] before = received();
      Iperf.Result result = Iperf.run(guest, TapPort.HOST, "-t 1 -R", 1_000_000);
      assertOnly(queue, since(before));
      assertTrue(result.bytes() > 1_000_000, result.text());
    }
    String counted = guest.run("ethtool -S NIC | grep 'rx_queue_3_packets'");
    assertTrue(Long.parseLong(counted.replaceAll(".*: ", "")) >= 50, counted);
  }

  @Test
  void flowsMoveWhileTheyRunAndNothingIsLost() throws Exception {
    allTo(0);
    // While ethtool runs, iperf3 does not: the guest has one processor.
    guest.run("echo 32000000 >/proc/sys/net/core/rmem_default");
    // A full ring of 256 lasts 1.4 s at this rate: a guest that is not run for a while loses none.
    Iperf.start(guest, TapPort.HOST, "-u -R -b 2M -l 1400 -t 20");
    for (int queue : new int[] {2, 1, 3}) {
      allTo(queue);
      // What is on its way to another queue arrives first.
      Wait.until(LIMIT, () -> alone(queue, next()), () -> "frames go on to others than " + queue);
      assertOnly(queue, next());
    }
    Iperf.Result result = Iperf.result(guest, LIMIT);
    assertTrue(
        result.lostPercent() < 1,
        result.lostPercent()
            + " % of the datagrams were lost: "
            + running.port(port.id())
            + guest.run("nstat -asz | grep '^Udp'"));
    assertTrue(result.bytes() > 2_000_000, result.text());
  }

  @Test
  void anEqualTableSpreadsFlowsAndHashesAreReported() throws Exception {
    guest.run("ethtool -X NIC equal " + PAIRS);
    guest.run("ethtool -K NIC rxhash on");
    assertTrue(guest.run("ethtool -k NIC").contains("receive-hashing: on"), "rxhash");
    long[] before = received();
    Iperf.run(guest, TapPort.HOST, "-t 2 -R -P 12");
    long[] frames = since(before);
    long used = Arrays.stream(frames).filter(n -> n > 20).count();
    assertTrue(used >= 3, "12 flows over " + PAIRS + " queues: " + Arrays.toString(frames));
    guest.tcp(4 << 20);
  }

  @Test
  void withoutATableReceiveFollowsTransmit() throws Exception {
    // Linux refuses fewer queues than its table names.
    guest.run("ethtool -X NIC equal 2 && ethtool -L NIC combined 2");
    guest.run("ethtool -L NIC combined " + PAIRS);
    guest.pings(5);
    Iperf.Result result = Iperf.run(guest, TapPort.HOST, "-t 1 -R", 1_000_000);
    assertTrue(result.bytes() > 1_000_000, result.text());
    assertEquals(
        PAIRS, Json.number(Json.at(running.port(port.id()), "queue_pairs_running")), "pairs");
  }
}
