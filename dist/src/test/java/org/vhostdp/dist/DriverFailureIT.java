package org.vhostdp.dist;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.extension.ExtendWith;
import org.vhostdp.attest.json.Json;
import org.vhostdp.guest.machine.UmlGuest;

/** A driver loses its device under a running guest; another port does not notice. */
@Tag("uml")
@ExtendWith({Diagnosis.class, LeavesNothing.class})
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class DriverFailureIT {
  private static final Duration LIFE = Duration.ofMinutes(6);
  private static final Duration LIMIT = Duration.ofSeconds(60);
  private static final String OTHER_HOST = "198.51.100.1";
  private static final String OTHER_GUEST = "198.51.100.2";

  /** What iperf3 sends at 50 Mbit/s, with headers, bytes a second. */
  private static final double NOMINAL = 6.5e6;

  private Lab lab;
  private TapPort port;
  private VhostDp running;
  private LinuxGuest guest;
  private LinuxGuest other;

  @BeforeAll
  void boot() throws Exception {
    UmlGuest.unavailable().ifPresent(Assumptions::abort);
    Iperf.needed();
    lab = Lab.open();
    port = TapPort.in(lab, "lost", 1, 0);
    List<String> options = new ArrayList<>(port.optionsWithAddress());
    Path socket = lab.file("other.sock");
    String object = "vhost-dp-tap,id=driver-other,ifname=tap-other,address=" + OTHER_HOST + "/24";
    options.addAll(List.of("-object", object));
    options.addAll(List.of("-netdev", "vhost-dp,id=other,driver=driver-other,socket=" + socket));
    running = VhostDp.start(lab, options);
    guest = LinuxGuest.uml(lab, port.socket(), TapPort.GUEST, LIFE);
    other = LinuxGuest.uml(lab, socket, OTHER_GUEST, LIFE);
    Iperf.serve(lab, OTHER_HOST);
    guest.pings(3);
  }

  @AfterAll
  void end() throws IOException {
    if (guest != null) {
      guest.close();
    }
    if (other != null) {
      other.close();
    }
    if (lab != null) {
      lab.close();
    }
  }

  private String state() throws IOException {
    return "" + Json.at(running.port(port.id()), "state");
  }

  /** Bytes a second of the other port; again, if the machine did not run its guest meanwhile. */
  private double rate(double expected) throws IOException, InterruptedException {
    double rate = rateNow();
    for (int again = 0; again < 3 && Math.abs(rate - expected) > 0.1 * expected; again++) {
      rate = rateNow();
    }
    return rate;
  }

  private double rateNow() throws IOException, InterruptedException {
    long begin = System.nanoTime();
    long before = running.count("other", "bytes");
    Thread.sleep(2000);
    return (running.count("other", "bytes") - before) * 1e9 / (System.nanoTime() - begin);
  }

  @Test
  void aLostDeviceTakesTheLinkDownAndComesBackWhileOthersGoOn() throws Exception {
    // Far below what the machine can do, so that a pause shows and its load does not.
    Iperf.start(other, OTHER_HOST, "-b 50M -t 25");
    Thread.sleep(1000);
    double before = rate(NOMINAL);
    long carriers = Long.parseLong(guest.run("cat /sys/class/net/NIC/carrier_changes"));
    assertEquals("up", state());
    // Something else takes the name, so that the port cannot open its device again at once.
    String occupy = "link del %1$s\nlink add %1$s type bridge\n".formatted(port.ifname());
    Path batch = Files.writeString(lab.file("occupy"), occupy);
    lab.run(LIMIT, "ip", "-batch", batch.toString());
    guest.awaitsCarrier(false);
    assertTrue(state().startsWith("retrying"), state());
    double during = rate(before);
    System.out.printf("the other port: %.3g bytes/s before, %.3g during%n", before, during);
    assertTrue(before > 1e6, "the other port's traffic: " + before);
    assertEquals(before, during, 0.2 * before, "the other port's rate during the loss, bytes/s");
    lab.run(LIMIT, "ip", "link", "del", port.ifname());
    Wait.until(LIMIT, () -> state().equals("up"), () -> "it is " + running.port(port.id()));
    guest.awaitsCarrier(true);
    assertTrue(lab.interfaces().contains(port.ifname()), "" + lab.interfaces());
    long changes = Long.parseLong(guest.run("cat /sys/class/net/NIC/carrier_changes")) - carriers;
    assertEquals(2, changes, "changes of the guest's carrier: down and up");
    guest.pings(5);
    guest.tcp(1 << 20);
    Iperf.Result result = Iperf.result(other, LIMIT);
    assertTrue(result.bytes() > 50_000_000, result.text());
  }
}
