package org.vhostdp.dist;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
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

/** A running guest moves from one driver to another, with TCP on it. */
@Tag("uml")
@ExtendWith({Diagnosis.class, LeavesNothing.class})
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class SwapIT {
  private static final Duration LIFE = Duration.ofMinutes(6);
  private static final Duration LIMIT = Duration.ofSeconds(60);
  private static final long MOST_OUTAGE = 1_000_000_000;
  private static final String PORT = "vd0";

  private Lab lab;
  private VhostDp running;
  private LinuxGuest guest;

  @BeforeAll
  void boot() throws Exception {
    UmlGuest.unavailable().ifPresent(Assumptions::abort);
    Iperf.needed();
    lab = Lab.open();
    bridge();
    Path socket = lab.file("vd0.sock");
    StringBuilder toml = new StringBuilder();
    for (String name : List.of("one", "two")) {
      toml.append("[driver.%s]\ntype = \"tap\"\nifname = \"tap-%s\"\n".formatted(name, name));
    }
    toml.append("[driver.none]\ntype = \"tap\"\nifname = \"tap-none\"\n");
    toml.append("netns = \"%s\"\n".formatted(lab.file("no-such-namespace")));
    toml.append("[netdev.%s]\ndriver = \"one\"\nsocket = \"%s\"\n".formatted(PORT, socket));
    Path file = Files.writeString(lab.file("vd.toml"), toml);
    running = VhostDp.start(lab, List.of("--config", file.toString()));
    guest = LinuxGuest.uml(lab, socket, TapPort.GUEST, LIFE);
    Iperf.serve(lab, TapPort.HOST);
    guest.pings(3);
  }

  /** Two TAPs that outlive their users, on one bridge that has the host's address. */
  private void bridge() throws IOException, InterruptedException {
    lab.run(LIMIT, "ip", "link", "add", "br0", "type", "bridge", "forward_delay", "0");
    lab.run(LIMIT, "ip", "addr", "add", TapPort.HOST + TapPort.PREFIX, "dev", "br0");
    lab.run(LIMIT, "ip", "link", "set", "br0", "up");
    for (String tap : List.of("tap-one", "tap-two")) {
      lab.run(LIMIT, "ip", "tuntap", "add", "dev", tap, "mode", "tap", "multi_queue", "vnet_hdr");
      lab.run(LIMIT, "ip", "link", "set", tap, "master", "br0");
      lab.run(LIMIT, "ip", "link", "set", tap, "up");
    }
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

  private String driver() throws IOException {
    return "" + Json.at(running.port(PORT), "driver", "name");
  }

  /** What the guest would notice: resets, carrier changes, what its kernel says. */
  private String seenByTheGuest() throws IOException, InterruptedException {
    return guest.run("cat /sys/class/net/NIC/carrier_changes /sys/class/net/NIC/ifindex; dmesg");
  }

  private String seenByTheBackEnd() throws IOException {
    Object port = running.port(PORT);
    return Json.at(port, "sessions") + " " + Json.at(port, "features");
  }

  @Test
  void tcpGoesOnAndTheGuestSeesNothing() throws Exception {
    long least = Long.MAX_VALUE;
    for (String direction : List.of("", " -R")) {
      Iperf.start(guest, TapPort.HOST, "-t 12" + direction);
      awaitTraffic("before the swap");
      String guestBefore = seenByTheGuest();
      String backEndBefore = seenByTheBackEnd();
      String from = driver();
      String to = from.equals("one") ? "two" : "one";
      String said = running.run(lab, "port", "swap", PORT, "--driver", to, "--json");
      Object swap = Json.read(said);
      long outage = Json.number(Json.at(swap, "outage_ns"));
      System.out.printf(
          "swap under TCP%s: outage %.2f ms, %s frames lost%n",
          direction, outage / 1e6, Json.at(swap, "frames_lost"));
      assertEquals(to, driver());
      assertTrue(outage > 0, said);
      least = Math.min(least, outage);
      awaitTraffic("after the swap");
      assertEquals(guestBefore, seenByTheGuest(), "what the guest sees");
      assertEquals(backEndBefore, seenByTheBackEnd(), "what was negotiated");
      Iperf.Result result = Iperf.result(guest, LIMIT);
      assertTrue(result.bytes() > 10_000_000, result.text());
    }
    // The machine may not have run the back-end in the middle of one of them.
    assertTrue(least < MOST_OUTAGE, "shortest outage: " + least + " ns");
    assertEquals(0, guest.checksumErrors());
  }

  private void awaitTraffic(String when) throws IOException {
    long before = running.count(PORT, "bytes");
    Wait.until(
        LIMIT,
        () -> running.count(PORT, "bytes") - before > 1_000_000,
        () -> "no traffic " + when + ": " + running.port(PORT));
  }

  @Test
  void aDriverThatDoesNotOpenLeavesTheFormerOne() throws Exception {
    String before = driver();
    Lab.Outcome outcome = running.execute(lab, "port", "swap", PORT, "--driver", "none");
    assertEquals(1, outcome.code(), outcome.toString());
    assertTrue(outcome.output().contains("no-such-namespace"), outcome.output());
    assertEquals(before, driver());
    guest.pings(3);
    outcome = running.execute(lab, "port", "swap", PORT, "--driver", "unheard-of");
    assertEquals(1, outcome.code(), outcome.toString());
    assertEquals(before, driver());
    guest.tcp(1 << 20);
  }
}
