package org.vhostdp.dist;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.time.Duration;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.vhostdp.guest.machine.UmlGuest;

/** Rates of a real guest's TCP under limits that are set while it runs. */
@Tag("uml")
@ExtendWith({Diagnosis.class, LeavesNothing.class})
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class QosIT {
  private static final Duration LIFE = Duration.ofMinutes(8);
  private static final Duration LIMIT = Duration.ofSeconds(60);
  private static final double TOLERANCE = 0.03;

  /** Headers of Ethernet, IPv4 and TCP with time stamps before each 1448 bytes of payload. */
  private static final double WIRE = (14 + 20 + 32 + 1448) / 1448.0;

  private Lab lab;
  private TapPort port;
  private VhostDp running;
  private LinuxGuest guest;

  @BeforeAll
  void boot() throws Exception {
    UmlGuest.unavailable().ifPresent(Assumptions::abort);
    Iperf.needed();
    lab = Lab.open();
    port = TapPort.in(lab, "qos", 1, 0);
    running = VhostDp.start(lab, port.optionsWithAddress());
    guest = LinuxGuest.uml(lab, port.socket(), TapPort.GUEST, LIFE);
    Iperf.serve(lab, TapPort.HOST);
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

  /** Bits a second on the wire, the first second left out. */
  private double rate(String direction, String more) throws IOException, InterruptedException {
    String reverse = direction.equals("rx") ? " -R" : "";
    return Iperf.run(guest, TapPort.HOST, "-O 1 " + more + reverse).bits() * WIRE;
  }

  @ParameterizedTest(name = "{0} at {1}")
  @CsvSource({
    // A small window: what waits at this rate would take seconds to get through at the end.
    "tx, 1mbit, 1e6, -t 3 -w 32K",
    "rx, 1mbit, 1e6, -t 3 -w 32K",
    "tx, 100mbit, 1e8, -t 2",
    "rx, 100mbit, 1e8, -t 2",
    "tx, 1gbit, 1e9, -t 2",
    "rx, 1gbit, 1e9, -t 2"
  })
  void aRateIsKept(String direction, String limit, double bits, String more) throws Exception {
    running.run(lab, "qos", "clear", port.id());
    if (bits >= 1e9) {
      double free = rate(direction, "-t 1");
      Needs.that(
          free > 1.2 * bits,
          "without a limit this machine's guest reaches only %.0f Mbit/s %s"
              .formatted(free / 1e6, direction));
    }
    running.run(lab, "qos", "set", port.id(), direction + " rate=" + limit);
    double measured = rate(direction, more);
    // A machine that is busy with other things may take the guest's core away.
    for (int again = 0; again < 6 && Math.abs(measured - bits) > bits * TOLERANCE; again++) {
      System.out.printf("%s at %s: %.4g Mbit/s; once more%n", direction, limit, measured / 1e6);
      measured = rate(direction, more);
    }
    System.out.printf(
        "%s limited to %s: %.4g Mbit/s on the wire%n", direction, limit, measured / 1e6);
    assertEquals(bits, measured, bits * TOLERANCE, direction + " at " + limit + ", bits/s");
    assertTrue(running.count(port.id(), "limited") > 0, "nothing was held up");
  }

  @Test
  void limitsComeAndGoUnderARunningFlow() throws Exception {
    running.run(lab, "qos", "clear", port.id());
    long idle = sent();
    Iperf.start(guest, TapPort.HOST, "-t 120");
    Wait.until(LIMIT, () -> sent() - idle > 1_000_000, () -> "no flow: " + running.port(port.id()));
    running.run(lab, "qos", "set", port.id(), "tx rate=10mbit");
    Thread.sleep(300);
    double limited = bytesASecond();
    assertTrue(running.run(lab, "qos", "show", port.id()).contains("10mbit"), "qos show");
    running.run(lab, "qos", "clear", port.id());
    Thread.sleep(300);
    double free = bytesASecond();
    for (int again = 0; again < 10 && free <= 2 * limited; again++) {
      free = bytesASecond();
    }
    assertTrue(limited < 2_000_000, limited + " bytes a second at 10 Mbit/s");
    assertTrue(free > 2 * limited, limited + " bytes a second under the limit, then " + free);
    Iperf.stop(guest, TapPort.HOST);
  }

  private long sent() throws IOException {
    return running.count(port.id(), 1, "bytes");
  }

  /** What the guest sends in a second, by the time that went by. */
  private double bytesASecond() throws IOException, InterruptedException {
    long begin = System.nanoTime();
    long before = sent();
    Thread.sleep(1000);
    return (sent() - before) * 1e9 / (System.nanoTime() - begin);
  }

  @ParameterizedTest
  @CsvSource({
    "tx rate=0",
    "rx rate=99999999999999999999gbit",
    "tx rate=10parsec",
    "queue=9 weight=2"
  })
  void nonsenseIsRefusedAndChangesNothing(String line) throws Exception {
    running.run(lab, "qos", "set", port.id(), "tx rate=50mbit");
    Lab.Outcome outcome = running.execute(lab, "qos", "set", port.id(), line);
    assertTrue(outcome.code() == 1 || outcome.code() == 2, outcome.toString());
    assertTrue(outcome.output().strip().length() > 20, outcome.output());
    assertTrue(running.run(lab, "qos", "show", port.id()).contains("50mbit"), "the former limit");
    running.run(lab, "qos", "clear", port.id());
    guest.pings(2);
  }
}
