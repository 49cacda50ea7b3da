package org.vhostdp.dist;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
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

/**
 * One feature mask on every driver: two guests on a wire of the reference driver that can do
 * nothing, and one on a TAP that can do much, see the same device and run TCP both ways.
 */
@Tag("uml")
@ExtendWith({Diagnosis.class, LeavesNothing.class})
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class FullFeaturesIT {
  private static final Duration LIFE = Duration.ofMinutes(6);
  private static final String LEFT = "198.51.100.2";
  private static final String RIGHT = "198.51.100.3";
  private static final int QUEUES = 2;
  private static final long MUCH = 20_000_000;
  private static final String NOTHING =
      "mode=pair,wire=w,offloads=none,foreign=false,steering=false,shaping=false,segments=1,mtu=1500";

  private final List<LinuxGuest> guests = new ArrayList<>();
  private Lab lab;
  private VhostDp running;
  private LinuxGuest left;
  private LinuxGuest right;
  private LinuxGuest onTap;

  @BeforeAll
  void boot() throws Exception {
    UmlGuest.unavailable().ifPresent(Assumptions::abort);
    Iperf.needed();
    Needs.program("nstat", "iproute2");
    lab = Lab.open();
    TapPort tap = TapPort.in(lab, "onTap", QUEUES, 0);
    List<String> options = new ArrayList<>(tap.optionsWithAddress());
    Path leftSocket = wired(options, "left");
    Path rightSocket = wired(options, "right");
    running = VhostDp.start(lab, options);
    left = guest(leftSocket, LEFT);
    right = guest(rightSocket, RIGHT);
    onTap = guest(tap.socket(), TapPort.GUEST);
    Iperf.serve(right);
    Iperf.serve(lab, TapPort.HOST);
  }

  private Path wired(List<String> options, String id) {
    Path socket = lab.file(id + ".sock");
    options.addAll(List.of("-object", "vhost-dp-loopback,id=driver-" + id + "," + NOTHING));
    String netdev = "vhost-dp,id=%s,driver=driver-%s,socket=%s,queues=%d";
    options.addAll(List.of("-netdev", netdev.formatted(id, id, socket, QUEUES)));
    return socket;
  }

  private LinuxGuest guest(Path socket, String address) throws IOException, InterruptedException {
    LinuxGuest guest = LinuxGuest.uml(lab, socket, address, LIFE);
    guests.add(guest);
    guest.run("ethtool -L NIC combined " + QUEUES);
    return guest;
  }

  @AfterAll
  void end() throws IOException {
    guests.forEach(LinuxGuest::close);
    if (lab != null) {
      lab.close();
    }
  }

  private List<?> features(String port) throws IOException {
    return Json.array(Json.at(running.port(port), "features"));
  }

  @Test
  void theSameFeaturesAreNegotiatedWhateverTheDriver() throws Exception {
    List<?> onTheTap = features("onTap");
    assertEquals(onTheTap, features("left"));
    assertEquals(onTheTap, features("right"));
    List<String> wanted =
        List.of("csum", "guest_csum", "host_tso4", "host_tso6", "guest_tso4", "guest_tso6", "mq");
    assertTrue(onTheTap.containsAll(wanted), "" + onTheTap);
    assertTrue(onTheTap.containsAll(List.of("rss", "hash_report", "ctrl_vq")), "" + onTheTap);
    assertEquals("full-1", Json.at(running.port("left"), "profile"));
  }

  @Test
  void tcpRunsBothWaysOverADriverThatCanDoNothing() throws Exception {
    left.run(LinuxGuest.pings(RIGHT, 5, 1472));
    Iperf.Result there = Iperf.run(left, RIGHT, "-t 4", MUCH);
    Iperf.Result back = Iperf.run(left, RIGHT, "-t 4 -R", MUCH);
    System.out.println("wire, all in software: " + there.text() + ", back " + back.text());
    assertTrue(there.bytes() > MUCH, there.text());
    assertTrue(back.bytes() > MUCH, back.text());
    for (String port : List.of("left", "right")) {
      for (String work : List.of("checksum", "segmentation", "coalesced")) {
        assertTrue(running.count(port, "fallback_" + work) > 0, port + ": nothing done: " + work);
      }
    }
    assertEquals(0, left.checksumErrors(), "checksum errors in one guest");
    assertEquals(0, right.checksumErrors(), "checksum errors in the other guest");
  }

  @Test
  void whatCrossesTheWireArrivesWhole() throws Exception {
    Needs.program("perl", "perl-base");
    String accept = "$c = IO::Socket::INET->new(LocalPort => 7000, Listen => 1)->accept;";
    String receive = "perl -MIO::Socket::INET -e '%s print while read($c, $_, 65536)'";
    String digest = receive.formatted(accept) + " | sha256sum | cut -d' ' -f1";
    right.run("{ timeout 60 " + digest + "; } >/tmp/digest 2>&1 &");
    left.run("head -c 8M /dev/urandom >/tmp/data");
    String send =
        "for i in $(seq 100); do sleep 0.3; exec 3<>/dev/tcp/%s/7000 && break; done; cat /tmp/data"
            + " >&3";
    left.run(send.formatted(RIGHT));
    String sent = left.run("sha256sum </tmp/data | cut -d' ' -f1");
    String wait = "for i in $(seq 400); do sleep 0.1; [ -s /tmp/digest ] && break; done;";
    assertEquals(sent, right.run(wait + " cat /tmp/digest"));
  }

  @Test
  void tcpRunsBothWaysOverATap() throws Exception {
    onTap.pings(5);
    Iperf.Result there = Iperf.run(onTap, TapPort.HOST, "-t 3", MUCH);
    Iperf.Result back = Iperf.run(onTap, TapPort.HOST, "-t 3 -R", MUCH);
    System.out.println("tap: " + there.text() + ", back " + back.text());
    assertTrue(there.bytes() > MUCH, there.text());
    assertTrue(back.bytes() > MUCH, back.text());
    assertEquals(0, onTap.checksumErrors(), "checksum errors in the guest");
    onTap.tcp(8 << 20);
  }
}
